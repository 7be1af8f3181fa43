// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import Wire

/// A key with what is shown beside it.
struct KeyView: Sendable {
    let key: Key
    let keyspace: Keyspace
    let use: KeyUse
    /// What is left of its quota; nil when it has none.
    let balance: Balance?
    /// When it is shown: a secret whose grace is over no longer retires.
    let now: Instant
}

extension JSONWriter {
    /// Who showed a key; what is not known is null.
    mutating func members(of visitor: Visitor) {
        text("address", visitor.address)
        member("user_agent", visitor.userAgent)
    }

    /// A key as it is shown, without its secret.
    mutating func members(of view: KeyView) {
        let key = view.key
        text("id", key.id)
        member("keyspace", view.keyspace.name)
        text("keyspace_id", view.keyspace.id)
        member("environment", view.keyspace.environment)
        self.key("owner")
        object { $0.owner(of: key) }
        member("name", key.name)
        member("hint", key.hint)
        member("secretless", key.isSecretless)
        member("scopes", key.scopes.scopes.map(\.description))
        member("state", key.state.name)
        revocation(of: key.state)
        text("expires_at", key.expiresAt)
        text("not_before", key.notBefore)
        member("allowed_addresses", key.allowedAddresses.map(\.description))
        member("allowed_routes", key.allowedRoutes)
        member("bound_accounts", key.boundAccounts.map(\.description))
        member("metadata", json: key.metadata)
        member("limits", key.limits ?? view.keyspace.defaultLimits)
        member("limits_from", key.limits == nil ? "keyspace" : "key")
        member("quota", key.quota, view.balance)
        member("uses", view.use.count)
        text("last_used_at", view.use.lastAt)
        self.key("last_used_from")
        view.use.lastAt == nil ? null() : object { $0.members(of: view.use.visitor) }
        retirement(view.key.retirement(at: view.now))
        text("rotated_at", key.rotatedAt)
        text("rotation_due_at", key.rotationDue(in: view.keyspace))
        text("created_at", key.createdAt)
        text("updated_at", key.updatedAt)
    }

    private mutating func owner(of key: Key) {
        member("type", key.owner.type.rawValue)
        text("id", key.owner)
        text("account", key.account)
    }

    /// What is retiring, as the member `retiring`.
    mutating func retirement(_ retirement: Retirement?) {
        key("retiring")
        guard let retirement else { return null() }
        object { writer in
            writer.member("hint", retirement.hint)
            writer.text("since", retirement.since)
            writer.text("grace_expires_at", retirement.graceExpiresAt)
            writer.text("finish_when_idle", retirement.finishWhenIdle)
        }
    }

    private mutating func revocation(of state: KeyState) {
        key("revocation")
        guard case .revoked(let revocation) = state else { return null() }
        object { writer in
            writer.text("at", revocation.at)
            writer.member("reason", revocation.reason.rawValue)
            writer.member("note", revocation.note)
        }
    }
}
