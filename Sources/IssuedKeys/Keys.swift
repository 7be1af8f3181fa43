// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// A key that was just made, with the only sight of its secret.
package struct IssuedKey: ~Copyable {
    package let key: Key
    package let secret: Secret
}

/// What is given to make a key.
package struct KeyDraft: Sendable {
    /// The keyspace's id or name.
    package var keyspace: String
    package var owner: OwnerID
    package var name: String
    package var scopes: ScopeSet
    package var expiresAt: Instant?
    package var notBefore: Instant?
    package var allowedAddresses: [AddressRange]
    package var allowedRoutes: [Route]
    package var boundAccounts: [AccountID]
    package var metadata: String

    /// A draft.
    package init(
        keyspace: String, owner: OwnerID, name: String, scopes: ScopeSet, expiresAt: Instant? = nil,
        notBefore: Instant? = nil, allowedAddresses: [AddressRange] = [], allowedRoutes: [Route] = [],
        boundAccounts: [AccountID] = [], metadata: String = "{}"
    ) {
        self.keyspace = keyspace
        self.owner = owner
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.allowedAddresses = allowedAddresses
        self.allowedRoutes = allowedRoutes
        self.boundAccounts = boundAccounts
        self.metadata = metadata
    }
}

/// What may be changed of a key.
package struct KeyPatch: Sendable {
    package var name: Patch<String> = .keep
    package var scopes: Patch<ScopeSet> = .keep
    package var expiresAt: Patch<Instant> = .keep
    package var notBefore: Patch<Instant> = .keep
    package var allowedAddresses: Patch<[AddressRange]> = .keep
    package var allowedRoutes: Patch<[Route]> = .keep
    package var metadata: Patch<String> = .keep

    /// A patch that changes nothing.
    package init() {}
}

/// Keys: issue, read, change, disable, enable, revoke.
package struct Keys: Sendable {
    private let store: any Store<any KeyRecords>
    private let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any KeyRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Issues a key. Its secret is in the answer and nowhere else.
    ///
    /// Two transactions: the first finds the keyspace, because its words stand in the text; the second writes the key.
    package func issue(by caller: Caller, _ draft: KeyDraft, at now: Instant) async throws -> IssuedKey {
        var source = random
        let keyspace = try await keyspace(of: draft, by: caller, at: now)
        let secret = KeyText.generate(prefix: keyspace.prefix, environment: keyspace.environment, using: &source)
        let id = KeyID(at: now, using: &source)
        let digest = secret.revealing { Digest(of: $0) }
        let hint = secret.revealing { KeyText.hint(of: $0) }
        let key = try await store.change(by: caller, needing: Permission.keysWrite, "key.create", at: now) {
            records, note in
            note.subject = id.description
            let owner = try Self.owner(draft.owner, for: caller, records)
            note.account = owner.account
            note.details = [.init("name", draft.name), .init("keyspace", keyspace.name), .init("hint", hint)]
            let bound = try Self.binding(of: draft, to: keyspace, owner: owner, by: caller, records)
            try Self.checkScopes(draft.scopes, keyspace, by: caller)
            try Self.checkRoutes(draft.allowedRoutes, keyspace)
            let key = Key(
                id: id, keyspace: keyspace.id, owner: draft.owner, account: owner.account, name: draft.name,
                scopes: draft.scopes, state: .active,
                expiresAt: try Self.lifetime(draft.expiresAt, keyspace, createdAt: now), notBefore: draft.notBefore,
                allowedAddresses: draft.allowedAddresses, allowedRoutes: draft.allowedRoutes, boundAccounts: bound,
                metadata: draft.metadata, hint: hint,
                secrets: [KeySecret(digest: digest, role: .current, createdAt: now)], createdAt: now, updatedAt: now,
                revision: 1)
            try Self.checkTimes(key)
            try records.insert(key)
            return key
        }
        return IssuedKey(key: key, secret: secret)
    }

    private func keyspace(of draft: KeyDraft, by caller: Caller, at now: Instant) async throws -> Keyspace {
        try await store.read(by: caller, needing: Permission.keysWrite, "key.create", at: now) { records in
            let found =
                if let id = KeyspaceID(draft.keyspace) {
                    try records.keyspace(id)
                } else {
                    try records.keyspace(named: draft.keyspace)
                }
            guard let found else {
                throw Refusal.invalid(
                    pointer: "/keyspace", detail: "There is no such keyspace.",
                    fix: "Name one that `GET /v1/keyspaces` lists, or make it first.")
            }
            return found
        }
    }

    private static func owner(_ id: OwnerID, for caller: Caller, _ records: any KeyRecords) throws -> Owner {
        guard let owner = try records.owner(id), caller.sees(owner.account) else {
            throw Refusal.invalid(
                pointer: "/owner", detail: "There is no such \(id.type.rawValue).",
                fix: "Give the id of an account, app or user.")
        }
        return owner
    }

    /// What a management key is bound to: what the draft says, within the caller's own accounts; else its owner's
    /// account, so that a key made for a customer never sees another's by omission. Only keys of the house account
    /// are unbound.
    private static func binding(
        of draft: KeyDraft, to keyspace: Keyspace, owner: Owner, by caller: Caller, _ records: any KeyRecords
    ) throws -> [AccountID] {
        guard keyspace.isBuiltIn else {
            guard draft.boundAccounts.isEmpty else {
                throw Refusal.invalid(
                    pointer: "/bound_accounts", detail: "Only management keys can be bound to accounts.",
                    fix: "Leave the field out, or issue the key in the keyspace `\(Keyspace.builtInName)`.")
            }
            return []
        }
        for (position, account) in draft.boundAccounts.enumerated() {
            guard caller.sees(account), try records.owner(.account(account)) != nil else {
                throw Refusal.invalid(
                    pointer: "/bound_accounts/\(position)", detail: "There is no such account.",
                    fix: "Give ids of accounts.")
            }
        }
        guard draft.boundAccounts.isEmpty else { return draft.boundAccounts }
        let isHouse = try records.owner(.account(owner.account))?.externalID == Owner.houseExternalID
        return isHouse && caller.accounts == nil ? [] : [owner.account]
    }

    /// A management key cannot hold more than whoever makes, changes or enables it. Whoever may write keys may stop one.
    private static func checkScopes(_ scopes: ScopeSet, _ keyspace: Keyspace, by caller: Caller) throws {
        guard !keyspace.isBuiltIn || caller.scopes.covers(all: scopes) else {
            throw Refusal.wouldEscalate(
                pointer: "/scopes",
                detail:
                    "A management key cannot be given, or changed while it holds, a scope that the caller does not hold."
            )
        }
    }

    /// Routes narrow calls to the operator's own API; what a management key may do is said by its scopes.
    private static func checkRoutes(_ routes: [Route], _ keyspace: Keyspace) throws {
        guard !keyspace.isBuiltIn || routes.isEmpty else {
            throw Refusal.invalid(
                pointer: "/allowed_routes", detail: "A management key is not narrowed by routes.",
                fix: "Leave the field out and give the key fewer scopes, or bind it to accounts.")
        }
    }

    private static func lifetime(_ asked: Instant?, _ keyspace: Keyspace, createdAt: Instant) throws -> Instant? {
        guard let longest = keyspace.maxLifetime else { return asked }
        let latest = createdAt + longest
        guard let asked else { return latest }
        guard asked <= latest else {
            throw Refusal.invalid(
                pointer: "/expires_at", detail: "Keys of this keyspace live at most \(longest).",
                fix: "Choose a moment up to \(latest), or leave the field out.")
        }
        return asked
    }

    private static func checkTimes(_ key: Key) throws {
        if let start = key.notBefore, let end = key.expiresAt, start >= end {
            throw Refusal.invalid(
                pointer: "/not_before", detail: "The key would expire before it comes into force.",
                fix: "Put not_before before expires_at.")
        }
    }

    /// One key.
    package func find(by caller: Caller, _ id: KeyID, at now: Instant) async throws -> (key: Key, use: KeyUse) {
        try await store.read(by: caller, needing: Permission.keysRead, "key.read", at: now) { records in
            (try Self.visible(id, to: caller, records), try records.use(of: id))
        }
    }

    /// A page of keys.
    package func list(
        by caller: Caller, _ filter: KeyFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<(key: Key, use: KeyUse)> {
        try await store.read(by: caller, needing: Permission.keysRead, "key.list", at: now) { records in
            let rows = try records.keys(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            let withUse = try rows.map { (key: $0, use: try records.use(of: $0.id)) }
            return PageItems(withUse, limit: page.limit) { $0.key.id.description }
        }
    }

    /// Changes what a key may do or how it is described.
    package func change(
        by caller: Caller, _ id: KeyID, _ patch: KeyPatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Key {
        try await edit(by: caller, id, "key.update", ifRevision: revision, at: now) { key, note, records in
            try Self.requireLiving(key)
            guard let keyspace = try records.keyspace(key.keyspace) else {
                throw StorageFailure.unreadable("keyspace of key")
            }
            try Self.checkScopes(key.scopes, keyspace, by: caller)
            if case .set(let scopes) = patch.scopes { try Self.checkScopes(scopes, keyspace, by: caller) }
            if case .set(let routes) = patch.allowedRoutes { try Self.checkRoutes(routes, keyspace) }
            key.name = patch.name.applied(to: key.name) ?? key.name
            key.scopes = patch.scopes.applied(to: key.scopes) ?? ScopeSet([])
            if patch.expiresAt != .keep {
                key.expiresAt = try Self.lifetime(patch.expiresAt.applied(to: nil), keyspace, createdAt: key.createdAt)
            }
            key.notBefore = patch.notBefore.applied(to: key.notBefore)
            key.allowedAddresses = patch.allowedAddresses.applied(to: key.allowedAddresses) ?? []
            key.allowedRoutes = patch.allowedRoutes.applied(to: key.allowedRoutes) ?? []
            key.metadata = patch.metadata.applied(to: key.metadata) ?? "{}"
            try Self.checkTimes(key)
        }
    }

    /// Stops a key until it is enabled again.
    package func disable(by caller: Caller, _ id: KeyID, at now: Instant) async throws -> Key {
        try await edit(by: caller, id, "key.disable", ifRevision: nil, at: now) { key, _, _ in
            try Self.requireLiving(key)
            key.state = .disabled
        }
    }

    /// Lets a disabled key work again.
    package func enable(by caller: Caller, _ id: KeyID, at now: Instant) async throws -> Key {
        try await edit(by: caller, id, "key.enable", ifRevision: nil, at: now) { key, _, records in
            try Self.requireLiving(key)
            if let keyspace = try records.keyspace(key.keyspace) {
                try Self.checkScopes(key.scopes, keyspace, by: caller)
            }
            key.state = .active
        }
    }

    /// Ends a key for good. When this returns no call with it is accepted. Revoking twice keeps the first reason.
    package func revoke(
        by caller: Caller, _ id: KeyID, reason: RevocationReason, note text: String?, at now: Instant
    ) async throws -> Key {
        try await edit(by: caller, id, "key.revoke", ifRevision: nil, at: now) { key, note, _ in
            note.details.append(.init("reason", reason.rawValue))
            if let text { note.details.append(.init("note", text)) }
            if case .revoked = key.state { return }
            key.state = .revoked(Revocation(at: now, reason: reason, note: text))
        }
    }

    private func edit(
        by caller: Caller, _ id: KeyID, _ action: String, ifRevision revision: Int64?, at now: Instant,
        _ body: @escaping @Sendable (inout Key, inout EventNote, any KeyRecords) throws -> Void
    ) async throws -> Key {
        try await store.change(by: caller, needing: Permission.keysWrite, action, at: now) { records, note in
            note.subject = id.description
            var key = try Self.visible(id, to: caller, records)
            if let revision, revision != key.revision { throw Refusal.changedMeanwhile(revision: key.revision) }
            note.account = key.account
            try Self.requireReach(of: caller, over: key, records)
            let before = key
            try body(&key, &note, records)
            try LastManagementKey.check(before, key, records, at: now)
            key.updatedAt = now
            key.revision += 1
            try records.update(key)
            return key
        }
    }

    private static func visible(_ id: KeyID, to caller: Caller, _ records: any KeyRecords) throws -> Key {
        guard let key = try records.key(id), caller.sees(key.account) else { throw Refusal.notFound("key") }
        return key
    }

    /// A bound caller may not touch a management key that reaches further than itself.
    private static func requireReach(of caller: Caller, over key: Key, _ records: any KeyRecords) throws {
        guard let mine = caller.accounts, try records.keyspace(key.keyspace)?.isBuiltIn == true else { return }
        guard !key.boundAccounts.isEmpty, mine.isSuperset(of: key.boundAccounts) else { throw Refusal.notFound("key") }
    }

    private static func requireLiving(_ key: Key) throws {
        if case .revoked = key.state {
            throw Refusal.conflict(detail: "The key is revoked, which is final.", fix: "Issue a new key.")
        }
    }
}
