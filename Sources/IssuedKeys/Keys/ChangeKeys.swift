// SPDX-License-Identifier: Apache-2.0
package import Access

extension Keys {
    /// Changes what a key may do or how it is described.
    package func change(
        by caller: Caller, _ id: KeyID, _ patch: KeyPatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Key {
        try await edit(by: caller, id, .change(patch, by: caller), ifRevision: revision, at: now)
    }

    /// Stops a key until it is enabled again.
    package func disable(by caller: Caller, _ id: KeyID, at now: Instant) async throws -> Key {
        try await edit(by: caller, id, .disable, ifRevision: nil, at: now)
    }

    /// Lets a disabled key work again.
    package func enable(by caller: Caller, _ id: KeyID, at now: Instant) async throws -> Key {
        try await edit(by: caller, id, .enable(by: caller), ifRevision: nil, at: now)
    }

    /// Ends a key for good. When this returns no call with it is accepted. Revoking twice keeps the first reason.
    package func revoke(
        by caller: Caller, _ id: KeyID, reason: RevocationReason, note text: String?, at now: Instant
    ) async throws -> Key {
        try await edit(by: caller, id, .revoke(reason, note: text, at: now), ifRevision: nil, at: now)
    }

    /// Carries out one act on one key, as a change of its own.
    func edit(
        by caller: Caller, _ id: KeyID, _ edit: KeyEdit, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Key {
        try await store.change(by: caller, needing: Permission.keysWrite, edit.action, at: now) { records, note in
            try Self.apply(edit, to: id, by: caller, ifRevision: revision, records, &note, at: now)
        }
    }

    /// Carries out one act on one key, within a change: sight, revision and reach are checked before it, and that a
    /// master key remains after it.
    static func apply(
        _ edit: KeyEdit, to id: KeyID, by caller: Caller, ifRevision revision: Int64?, _ records: any KeyRecords,
        _ note: inout EventNote, at now: Instant
    ) throws -> Key {
        note.subject = id.description
        var key = try visible(id, to: caller, records)
        if let revision, revision != key.revision { throw Refusal.changedMeanwhile(revision: key.revision) }
        note.account = key.account
        try requireReach(of: caller, over: key, records)
        let before = key
        try edit.body(&key, &note, records)
        try LastManagementKey.check(before, key, records, at: now)
        key.updatedAt = now
        key.revision += 1
        try records.update(key)
        return key
    }
}
