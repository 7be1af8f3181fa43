// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// A key that was made elsewhere and is to work here as it is.
package struct KeyImport: Sendable {
    package var draft: KeyDraft
    package var mark: ForeignMark
    /// What people may see of it; nil for what the secret's text allows.
    package var hint: String?
    /// When it was made; nil for now.
    package var createdAt: Instant?
    package var isDisabled: Bool

    /// An import.
    package init(
        _ draft: KeyDraft, mark: ForeignMark, hint: String? = nil, createdAt: Instant? = nil, isDisabled: Bool = false
    ) {
        self.draft = draft
        self.mark = mark
        self.hint = hint
        self.createdAt = createdAt
        self.isDisabled = isDisabled
    }
}

extension Keys {
    /// Takes in keys that were made elsewhere, in one transaction. One that is refused keeps no other out; a secret
    /// that is here already is ``Refusal/alreadyImported``.
    package func takeIn(
        by caller: Caller, _ imports: [KeyImport], at now: Instant, keeping answer: Answering<[Outcome<Key>]>? = nil
    ) async throws -> [Outcome<Key>] {
        let parts = imports.map { imported in
            BatchPart<any KeyRecords, Key>("key.import") { [random] records, note in
                var source = random
                let id = KeyID(at: now, using: &source)
                return try Self.takeIn(imported, as: id, by: caller, records, &note, at: now)
            }
        }
        return try await store.changeEach(
            by: caller, needing: Permission.keysWrite, "key.import", at: now, keeping: answer, parts)
    }

    private static func takeIn(
        _ imported: KeyImport, as id: KeyID, by caller: Caller, _ records: any KeyRecords, _ note: inout EventNote,
        at now: Instant
    ) throws -> Key {
        let keyspace = try keyspace(of: imported.draft, records)
        guard !keyspace.isBuiltIn else {
            throw Refusal.invalid(
                pointer: "/keyspace", detail: "Management keys cannot be imported.",
                fix: "Import into a keyspace of your own; issue management keys with `POST /v1/keys`.")
        }
        if let created = imported.createdAt, created > now {
            throw Refusal.invalid(
                pointer: "/created_at", detail: "The key would have been made in the future.",
                fix: "Give the moment when it was made, or leave the field out.")
        }
        let key = try insert(
            imported.draft, CutKey(id: id, imported), in: keyspace, by: caller, records, &note, at: now)
        guard key.expiresAt.map({ $0 > now }) ?? true else {
            throw Refusal.invalid(
                pointer: "/created_at", detail: "The key has outlived what its keyspace allows.",
                fix: "Leave the key out, or give the keyspace a longer max_lifetime.")
        }
        return key
    }
}
