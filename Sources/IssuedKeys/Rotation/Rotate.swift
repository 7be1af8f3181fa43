// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

extension Keys {
    /// Gives a key a new secret, of the form its keyspace has now. Id, scopes, limits, quota and expiry stay.
    ///
    /// Without a grace the old secret is dead when this returns; with one it works until then, or until the key's own
    /// expiry if that is sooner. The new one is found as soon as this returns.
    package func rotate(
        by caller: Caller, _ id: KeyID, _ terms: RotationTerms, ifRevision revision: Int64?, at now: Instant,
        keeping answer: Answering<IssuedKey>? = nil
    ) async throws -> IssuedKey {
        try await store.change(by: caller, needing: Permission.keysWrite, "key.rotate", at: now, keeping: answer) {
            [random] records, note in
            var source = random
            note.subject = id.description
            try terms.check()
            let keyspace = try Self.keyspace(of: try Self.visible(id, to: caller, records), records)
            let secret = KeyText.generate(prefix: keyspace.prefix, environment: keyspace.environment, using: &source)
            let edit = KeyEdit.rotate(to: CutSecret(secret), terms, in: keyspace, by: caller, at: now)
            let key = try Self.apply(edit, to: id, by: caller, ifRevision: revision, records, &note, at: now)
            return IssuedKey(key, in: keyspace, secret)
        }
    }

    /// Moves the end of a retiring secret's grace: later, earlier, or to now. Never beyond the key's own expiry.
    package func retire(
        by caller: Caller, _ id: KeyID, grace: Length, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Key {
        try await edit(by: caller, id, .retire(grace, by: caller, at: now), ifRevision: revision, at: now)
    }

    /// Undoes a rotation while the old secret still works: it is the current one again, and the new one is dead when
    /// this returns.
    package func rollBack(
        by caller: Caller, _ id: KeyID, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Key {
        try await edit(by: caller, id, .rollBack(by: caller, at: now), ifRevision: revision, at: now)
    }

    static func keyspace(of key: Key, _ records: any KeyRecords) throws -> Keyspace {
        guard let keyspace = try records.keyspace(key.keyspace) else {
            throw StorageFailure.unreadable("keyspace of key")
        }
        return keyspace
    }
}
