// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Wire

extension JSONWriter {
    /// An invitation as operators see it, without its ticket.
    mutating func members(of deposit: Deposit, at now: Instant) {
        text("id", deposit.id)
        text("account", deposit.account)
        member("provider", deposit.provider)
        member("name", deposit.name)
        switch deposit.target {
        case .newCredential:
            text("credential", deposit.receipt?.credential)
            member("version_state", nil as String?)
        case .version(let credential, let isPending):
            text("credential", credential)
            member("version_state", (isPending ? DepositedVersion.pending : .current).rawValue)
        }
        key("settings")
        object { writer in for setting in deposit.settings { writer.member(setting.name, setting.value) } }
        member("note", deposit.note)
        member("state", deposit.state.rawValue)
        member("expired", deposit.expiresAt <= now)
        member("tries", deposit.tries)
        key("receipt")
        if let receipt = deposit.receipt { object { $0.members(of: receipt) } } else { null() }
        text("expires_at", deposit.expiresAt)
        text("created_at", deposit.createdAt)
        text("updated_at", deposit.updatedAt)
    }

    private mutating func members(of receipt: Deposit.Receipt) {
        text("credential", receipt.credential)
        text("version", receipt.version)
        member("fingerprint", receipt.fingerprint)
        text("received_at", receipt.at)
    }
}
