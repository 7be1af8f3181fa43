// SPDX-License-Identifier: Apache-2.0
internal import Access

/// One act on a key that exists: its name in the trail, and what it does. Single calls and bulk share them.
struct KeyEdit: Sendable {
    let action: String
    let body: @Sendable (inout Key, inout EventNote, any KeyRecords) throws -> Void

    /// Changes what the key may do or how it is described.
    static func change(_ patch: KeyPatch, by caller: Caller) -> KeyEdit {
        KeyEdit(action: "key.update") { key, _, records in
            try Keys.requireLiving(key)
            guard let keyspace = try records.keyspace(key.keyspace) else {
                throw StorageFailure.unreadable("keyspace of key")
            }
            try Keys.checkScopes(key.scopes, keyspace, by: caller)
            if case .set(let scopes) = patch.scopes { try Keys.checkScopes(scopes, keyspace, by: caller) }
            if case .set(let routes) = patch.allowedRoutes { try Keys.checkRoutes(routes, keyspace) }
            try Keys.checkAllowances(patch.limits.applied(to: nil), patch.quota.applied(to: nil), keyspace)
            try patch.apply(to: &key, keyspace)
            try Keys.checkTimes(key)
        }
    }

    /// Stops the key until it is enabled again.
    static let disable = KeyEdit(action: "key.disable") { key, _, _ in
        try Keys.requireLiving(key)
        key.state = .disabled
    }

    /// Lets the key work again.
    static func enable(by caller: Caller) -> KeyEdit {
        KeyEdit(action: "key.enable") { key, _, records in
            try Keys.requireLiving(key)
            if let keyspace = try records.keyspace(key.keyspace) {
                try Keys.checkScopes(key.scopes, keyspace, by: caller)
            }
            key.state = .active
        }
    }

    /// Ends the key for good. Revoking twice keeps the first reason.
    static func revoke(_ reason: RevocationReason, note text: String?, at now: Instant) -> KeyEdit {
        KeyEdit(action: "key.revoke") { key, note, _ in
            note.details.append(.init("reason", reason.rawValue))
            if let text { note.details.append(.init("note", text)) }
            if case .revoked = key.state { return }
            key.state = .revoked(Revocation(at: now, reason: reason, note: text))
        }
    }
}

extension KeyPatch {
    fileprivate func apply(to key: inout Key, _ keyspace: Keyspace) throws {
        key.name = name.applied(to: key.name) ?? key.name
        key.scopes = scopes.applied(to: key.scopes) ?? ScopeSet([])
        if expiresAt != .keep {
            key.expiresAt = try Keys.lifetime(expiresAt.applied(to: nil), keyspace, createdAt: key.createdAt)
        }
        key.notBefore = notBefore.applied(to: key.notBefore)
        key.allowedAddresses = allowedAddresses.applied(to: key.allowedAddresses) ?? []
        key.allowedRoutes = allowedRoutes.applied(to: key.allowedRoutes) ?? []
        key.metadata = metadata.applied(to: key.metadata) ?? "{}"
        key.limits = limits.applied(to: key.limits)
        key.quota = quota.applied(to: key.quota)
    }
}
