// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// A key that was just made, with the only sight of its secret; a secretless key's is to be shown to nobody. A class, so that the secret stays in one place and is
/// wiped when nobody holds this any more.
package final class IssuedKey: Sendable {
    package let key: Key
    package let keyspace: Keyspace
    package let secret: Secret

    init(_ key: Key, in keyspace: Keyspace, _ secret: consuming Secret) {
        self.key = key
        self.keyspace = keyspace
        self.secret = secret
    }
}

extension Keys {
    /// Issues a key. Its secret is in the answer and, when the caller has a ticket, in the sealed copy of that answer;
    /// of a secretless key in neither.
    package func issue(
        by caller: Caller, _ draft: KeyDraft, at now: Instant, keeping answer: Answering<IssuedKey>? = nil
    ) async throws -> IssuedKey {
        try await store.change(by: caller, needing: Permission.keysWrite, "key.create", at: now, keeping: answer) {
            [random] records, note in
            var source = random
            return try Self.issue(draft, by: caller, records, &note, at: now, using: &source)
        }
    }

    /// Issues a key within a change.
    static func issue(
        _ draft: KeyDraft, by caller: Caller, _ records: any KeyRecords, _ note: inout EventNote, at now: Instant,
        using random: inout Randomness
    ) throws -> IssuedKey {
        let keyspace = try keyspace(of: draft, records)
        let secret = KeyText.generate(prefix: keyspace.prefix, environment: keyspace.environment, using: &random)
        let id = KeyID(at: now, using: &random)
        let cut = draft.isSecretless ? CutKey(id: id, unseen: secret, in: keyspace) : CutKey(id: id, secret)
        return IssuedKey(
            try insert(draft, cut, in: keyspace, by: caller, records, &note, at: now), in: keyspace, secret)
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
        if cut.isSecretless { note.details.append(.init("secretless", "yes")) }
        let bound = try binding(of: draft, to: keyspace, owner: owner, by: caller, records)
        try checkScopes(draft.scopes, keyspace, by: caller)
        try checkRoutes(draft.allowedRoutes, keyspace)
        try checkAllowances(draft.limits, draft.quota, keyspace)
        let created = cut.createdAt ?? now
        let key = Key(
            id: cut.id, keyspace: keyspace.id, owner: draft.owner, account: owner.account, name: draft.name,
            scopes: draft.scopes, state: cut.state,
            expiresAt: try lifetime(draft.expiresAt, keyspace, createdAt: created), notBefore: draft.notBefore,
            allowedAddresses: draft.allowedAddresses, allowedRoutes: draft.allowedRoutes, boundAccounts: bound,
            metadata: draft.metadata, limits: draft.limits, quota: draft.quota, hint: cut.hint,
            secrets: [
                KeySecret(digest: cut.digest, role: .current, createdAt: created, isForeign: cut.isForeign)
            ], createdAt: created, updatedAt: now, revision: 1, isSecretless: cut.isSecretless)
        try checkTimes(key)
        try records.insert(key)
        return key
    }
}
