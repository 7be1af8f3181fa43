// SPDX-License-Identifier: Apache-2.0
package import Access

/// One act of many in one call.
package enum KeyOperation: Sendable {
    case create(KeyDraft)
    case change(KeyID, KeyPatch)
    case revoke(KeyID, RevocationReason, note: String?)
    case disable(KeyID)
    case enable(KeyID)
}

/// What became of a key in a batch.
package struct KeyOutcome: Sendable {
    package let key: Key
    package let keyspace: Keyspace
    /// As stored.
    package let use: KeyUse
    /// The key with its secret, where it was just made.
    package let issued: IssuedKey?
}

extension Keys {
    /// The most acts that one call may carry.
    package static let longestBulk = 1000

    /// Carries out many acts in one transaction, in order, each with an event of its own. One that is refused stops
    /// none of the others. Durable at the cost of one commit.
    package func bulk(
        by caller: Caller, _ operations: [KeyOperation], at now: Instant,
        keeping answer: Answering<[Outcome<KeyOutcome>]>? = nil
    ) async throws -> [Outcome<KeyOutcome>] {
        try await store.changeEach(
            by: caller, needing: Permission.keysWrite, "key.bulk", at: now, keeping: answer,
            operations.map { part($0, by: caller, at: now) })
    }

    private func part(
        _ operation: KeyOperation, by caller: Caller, at now: Instant
    ) -> BatchPart<any KeyRecords, KeyOutcome> {
        switch operation {
        case .create(let draft):
            BatchPart("key.create") { [random] records, note in
                var source = random
                let issued = try Self.issue(draft, by: caller, records, &note, at: now, using: &source)
                return KeyOutcome(
                    key: issued.key, keyspace: issued.keyspace, use: KeyUse(count: 0, lastAt: nil), issued: issued)
            }
        case .change(let id, let patch): part(.change(patch, by: caller), id, by: caller, at: now)
        case .revoke(let id, let reason, let note):
            part(.revoke(reason, note: note, at: now), id, by: caller, at: now)
        case .disable(let id): part(.disable, id, by: caller, at: now)
        case .enable(let id): part(.enable(by: caller), id, by: caller, at: now)
        }
    }

    private func part(
        _ edit: KeyEdit, _ id: KeyID, by caller: Caller, at now: Instant
    ) -> BatchPart<any KeyRecords, KeyOutcome> {
        BatchPart(edit.action) { records, note in
            let key = try Self.apply(edit, to: id, by: caller, ifRevision: nil, records, &note, at: now)
            guard let keyspace = try records.keyspace(key.keyspace) else {
                throw StorageFailure.unreadable("keyspace of key")
            }
            return KeyOutcome(key: key, keyspace: keyspace, use: try records.use(of: id), issued: nil)
        }
    }
}
