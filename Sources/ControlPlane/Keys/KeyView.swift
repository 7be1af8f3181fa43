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
}

extension JSONWriter {
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
        text("created_at", key.createdAt)
        text("updated_at", key.updatedAt)
    }

    private mutating func owner(of key: Key) {
        member("type", key.owner.type.rawValue)
        text("id", key.owner)
        text("account", key.account)
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
