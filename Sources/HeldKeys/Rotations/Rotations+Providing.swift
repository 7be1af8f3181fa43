// SPDX-License-Identifier: Apache-2.0
package import Access

extension Rotations {
    /// Takes in the new key that a person made. It is stored as the pending version and tested before any call carries it.
    ///
    /// - Parameter key: The provider's id of the new key, where the person knows it.
    package func provide(
        by caller: Caller, _ id: RotationID, value: borrowing HeldValue, key: String?, cameSealed: Bool = false,
        at now: Instant
    ) async throws -> Rotation {
        let rotation = try await store.read(
            by: caller, needing: Permission.rotationsWrite, "rotation.provide", at: now
        ) { try Self.visible(id, to: caller, $0) }
        try Self.checkAsked(rotation)
        var draft = VersionDraft()
        (draft.isPending, draft.rotation, draft.keyID, draft.cameSealed) = (true, id, key, cameSealed)
        return try await take(value, draft, id, by: caller, "rotation.provide", at: now)
    }

    /// Stores a value as the pending version, and that the rotation has it, in one transaction.
    func take(
        _ value: borrowing HeldValue, _ draft: VersionDraft, _ id: RotationID, by caller: Caller, _ action: String,
        at now: Instant
    ) async throws -> Rotation {
        let rotation = try await find(by: .schedule, id, at: now)
        // Whoever may rotate may put a value in: that right is not asked for again, sight of the account is.
        let writer = caller.mayAlso(Permission.credentialsWrite)
        _ = try await credentials.replace(
            by: writer, rotation.credential, draft, value: value, ifRevision: nil, at: now,
            joining: JoinedAct(action) { records, note, credential in
                var fresh = try Self.visible(id, to: caller, records)
                note.details.append(.init("credential", credential.id.description))
                note.subject = id.description
                if draft.isMinted || fresh.kind == .set {
                    try Self.checkWanted(fresh)
                } else {
                    try Self.checkAsked(fresh)
                }
                guard let pending = credential.version(.pending) else { throw StorageFailure.unreadable("version") }
                if let key = draft.keyID, try records.isKeyInUse(key, like: fresh.credential, otherThan: pending.id) {
                    throw Self.keyInUse
                }
                let move = fresh.take(.made(pending.id, key: draft.keyID), at: now, wait: .seconds(1))
                fresh.revision += 1
                try records.update(fresh)
                if let move { credential.move(move, fresh, at: now) }
            })
        return try await find(by: .schedule, id, at: now)
    }

    static let keyInUse = Refusal.conflict(
        detail: "A key of this id is held already.", fix: "Make a new key at the provider, and hand that one in.")

    private static func checkAsked(_ rotation: Rotation) throws {
        guard rotation.stage != .asked else { return }
        guard !rotation.isOver else {
            throw Refusal.conflict(
                detail: "The rotation is over: \(rotation.stage.rawValue).", fix: "Begin another one.")
        }
        throw Refusal.conflict(
            detail: "No key is waited for now; the rotation is \(rotation.stage.rawValue).",
            fix: "Read the rotation again; its `task` says what is to be done.")
    }

    /// Thrown where a key came that nobody wants any more.
    struct Unwanted: Error {}

    private static func checkWanted(_ rotation: Rotation) throws {
        guard rotation.stage == .minting || rotation.stage == .setting else { throw Unwanted() }
    }
}
