// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// A key that was just made, with the only sight of its secret.
package struct IssuedKey: ~Copyable {
    package let key: Key
    package let secret: Secret
}

extension Keys {
    /// Issues a key. Its secret is in the answer and nowhere else.
    ///
    /// Two transactions: the first finds the keyspace, because its words stand in the text; the second writes the key.
    package func issue(by caller: Caller, _ draft: KeyDraft, at now: Instant) async throws -> IssuedKey {
        var source = random
        let keyspace = try await store.read(by: caller, needing: Permission.keysWrite, "key.create", at: now) {
            try Self.keyspace(of: draft, $0)
        }
        let secret = KeyText.generate(prefix: keyspace.prefix, environment: keyspace.environment, using: &source)
        let cut = CutKey(id: KeyID(at: now, using: &source), secret)
        let key = try await store.change(by: caller, needing: Permission.keysWrite, "key.create", at: now) {
            try Self.insert(draft, cut, in: keyspace, by: caller, $0, &$1, at: now)
        }
        return IssuedKey(key: key, secret: secret)
    }

    /// The keyspace that a draft names by id or name.
    static func keyspace(of draft: KeyDraft, _ records: any KeyRecords) throws -> Keyspace {
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

    /// Writes a new key, within a change.
    static func insert(
        _ draft: KeyDraft, _ cut: CutKey, in keyspace: Keyspace, by caller: Caller, _ records: any KeyRecords,
        _ note: inout EventNote, at now: Instant
    ) throws -> Key {
        note.subject = cut.id.description
        let owner = try owner(draft.owner, for: caller, records)
        note.account = owner.account
        note.details = [.init("name", draft.name), .init("keyspace", keyspace.name), .init("hint", cut.hint)]
        let bound = try binding(of: draft, to: keyspace, owner: owner, by: caller, records)
        try checkScopes(draft.scopes, keyspace, by: caller)
        try checkRoutes(draft.allowedRoutes, keyspace)
        try checkAllowances(draft.limits, draft.quota, keyspace)
        let key = Key(
            id: cut.id, keyspace: keyspace.id, owner: draft.owner, account: owner.account, name: draft.name,
            scopes: draft.scopes, state: .active,
            expiresAt: try lifetime(draft.expiresAt, keyspace, createdAt: now), notBefore: draft.notBefore,
            allowedAddresses: draft.allowedAddresses, allowedRoutes: draft.allowedRoutes, boundAccounts: bound,
            metadata: draft.metadata, limits: draft.limits, quota: draft.quota, hint: cut.hint,
            secrets: [KeySecret(digest: cut.digest, role: .current, createdAt: now)], createdAt: now, updatedAt: now,
            revision: 1)
        try checkTimes(key)
        try records.insert(key)
        return key
    }
}

/// What is kept of a secret that was just made, and the id of its key.
struct CutKey: Sendable {
    let id: KeyID
    let digest: Digest
    let hint: String

    init(id: KeyID, _ secret: borrowing Secret) {
        self.id = id
        digest = secret.revealing { Digest(of: $0) }
        hint = secret.revealing { KeyText.hint(of: $0) }
    }
}
