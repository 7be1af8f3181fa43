// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Wire

/// `POST /v1/deposits`. The only answer that holds the ticket.
func inviteDeposit(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "account", "provider", "name", "settings", "credential", "version_state", "expires_at", "note")
    let draft = DepositDraft(
        target: try fields.depositTarget(), note: try fields.nullable("note", .note),
        expiresAt: try fields.optional("expires_at", .depositEnd(from: call.now)) ?? call.now + Deposit.usualLife)
    let answer = { @Sendable (made: Deposits.Invitation) in
        Answer.made(at: "/v1/deposits/\(made.deposit.id)", revision: made.deposit.revision) { writer in
            writer.members(of: made.deposit, at: call.now)
            writer.member("url", call.ports.depositing.url(made.ticket, calledAs: call.authority))
            writer.member("ticket", made.ticket.text)
        }
    }
    return try await call.making(answer) {
        try await call.ports.depositing.deposits.invite(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

extension Fields {
    /// Where the key is to go: a new credential, or the next version of one that is there.
    fileprivate func depositTarget() throws(FieldFault) -> DepositDraft.Target {
        let state = try nullable("version_state", Shape<DepositedVersion>.word)
        guard let credential: CredentialID = try nullable("credential", .id("a credential")) else {
            guard state == nil else {
                throw .value("/version_state", "A new credential has one version.", fix: "Leave it out.")
            }
            var draft = CredentialDraft(
                account: try required("account", .id("an account")), provider: try required("provider", .pathName),
                name: try required("name", .name))
            draft.settings = try optional("settings", .credentialSettings) ?? []
            return .newCredential(draft)
        }
        for name in ["account", "provider", "name", "settings"] where try nullable(name, .anything) != nil {
            throw .value("/\(name)", "The credential has it already.", fix: "Leave it out.")
        }
        return .version(of: credential, isPending: state == .pending)
    }
}

/// What becomes of a version that is handed in.
enum DepositedVersion: String, CaseIterable, Sendable { case current, pending }

extension Shape where Value == Instant {
    /// A moment to come or a length of time from now, at most so far ahead.
    static func depositEnd(from now: Instant) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let length = json.asString.flatMap { Length($0) }
            let end = if let length { now + length } else { try instant.read(json, pointer) }
            guard end > now, end <= now + Deposit.longestLife else {
                throw .value(
                    pointer, "An invitation ends in the future, within 90 days.",
                    fix: "Send a length such as 7d, or a time within 90 days.")
            }
            return end
        }
    }
}
