// SPDX-License-Identifier: Apache-2.0
package import Access

/// Rotations of held keys: begin, read, hand in, confirm, cancel, hold up.
package struct Rotations: Sendable {
    let store: any Store<any CredentialRecords>
    let credentials: Credentials
    let random: Randomness

    /// Over a store.
    package init(store: any Store<any CredentialRecords>, credentials: Credentials, random: Randomness) {
        self.store = store
        self.credentials = credentials
        self.random = random
    }

    /// Writes down that a credential's value is to be replaced. The rest happens by itself, as far as it can.
    package func start(
        by caller: Caller, of id: CredentialID, _ draft: RotationDraft, at now: Instant,
        keeping answer: Answering<Rotation>? = nil
    ) async throws -> Rotation {
        try await store.change(
            by: caller, needing: Permission.rotationsWrite, "rotation.start", at: now, keeping: answer
        ) { [random] records, note in
            var source = random
            return try Self.start(
                of: id, draft, RotationID(at: now, using: &source), by: caller, at: now, records, &note)
        }
    }

    /// The same within a change of somebody else's.
    package static func start(
        of id: CredentialID, _ draft: RotationDraft, _ rotation: RotationID, by caller: Caller, at now: Instant,
        _ records: any CredentialRecords, _ note: inout EventNote
    ) throws -> Rotation {
        note.details.append(.init("credential", id.description))
        var credential = try Credentials.visible(id, to: caller, records)
        note.account = credential.account
        let started = try prepare(credential, draft, rotation, by: caller, at: now, records)
        note.subject = started.id.description
        note.details += [.init("kind", started.kind.rawValue), .init("reason", started.reason.rawValue)]
        credential.rotation = started.id
        credential.rotateAt = nil
        credential.updatedAt = now
        credential.revision += 1
        try records.update(credential)
        try records.insert(started)
        return started
    }

    /// The rotation as it would begin; refused where it could not.
    static func prepare(
        _ credential: Credential, _ draft: RotationDraft, _ id: RotationID, by caller: Caller, at now: Instant,
        _ records: any CredentialRecords
    ) throws -> Rotation {
        guard credential.deletion == nil, let current = credential.current else {
            throw Credentials.deleted(credential, at: now)
        }
        try Credentials.checkRotation(of: credential)
        guard let provider = try records.provider(credential.provider) else {
            throw StorageFailure.unreadable("provider of credential")
        }
        let kind = try kind(draft.kind, provider, current)
        if kind == .minted { try checkAsker(draft.terms.with, for: credential, caller, records) }
        try checkAssignee(draft.terms.assignee, records)
        return Rotation(
            id: id, of: credential, replacing: current, kind, draft,
            keysAreNamed: provider.rotation?.making?.rows.label != nil, by: caller, at: now)
    }

    private static func kind(
        _ wanted: RotationGuide.Kind?, _ provider: Provider, _ current: CredentialVersion
    ) throws -> RotationGuide.Kind {
        let kind = wanted ?? provider.ownKind
        switch kind {
        case .byHand: return kind
        case .minted:
            guard provider.rotation?.making != nil, provider.test != nil else {
                throw Refusal.invalid(
                    pointer: "/kind", detail: "The provider's description does not say how keys are made.",
                    fix: "Send by_hand, or describe `rotation` with `PUT /v1/providers/{name}`.")
            }
        case .set:
            guard provider.rotation?.setting != nil, provider.test != nil, current.parts.isEmpty else {
                throw Refusal.invalid(
                    pointer: "/kind", detail: "The provider's description does not say how a value is set.",
                    fix: "Send by_hand, or describe `rotation` with `PUT /v1/providers/{name}`.")
            }
        }
        return kind
    }

    /// The credential that makes keys has to be one of the same provider that the caller sees.
    static func checkAsker(
        _ id: CredentialID?, for credential: Credential, _ caller: Caller, _ records: any CredentialRecords
    ) throws {
        guard let id, id != credential.id else { return }
        guard let asker = try records.credential(id), caller.sees(asker.account), asker.provider == credential.provider,
            asker.current != nil
        else {
            throw Refusal.invalid(
                pointer: "/with", detail: "There is no such credential of the same provider.",
                fix: "Give a credential of this provider whose key may make keys, or leave it out.")
        }
        guard asker.account == credential.account || caller.scopes.covers(Permission.credentialsReveal) else {
            throw Refusal.wouldEscalate(
                pointer: "/with", detail: "It is another account's, and the caller may not see its value.")
        }
    }

    static func checkAssignee(_ id: UserID?, _ records: any CredentialRecords) throws {
        guard let id, try records.owner(.user(id)) == nil else { return }
        throw Refusal.invalid(
            pointer: "/assignee", detail: "There is no such user.", fix: "Give the id of a user, or leave it out.")
    }

    /// One rotation.
    package func find(by caller: Caller, _ id: RotationID, at now: Instant) async throws -> Rotation {
        try await store.read(by: caller, needing: Permission.rotationsRead, "rotation.read", at: now) { records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of rotations, the oldest first.
    package func list(
        by caller: Caller, _ filter: RotationFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Rotation> {
        try await store.read(by: caller, needing: Permission.rotationsRead, "rotation.list", at: now) { records in
            let rows = try records.rotations(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Ends it before its end; see ``Rotation/cancel(at:)``.
    package func cancel(by caller: Caller, _ id: RotationID, at now: Instant) async throws -> Rotation {
        try await change(by: caller, id, "rotation.cancel", at: now) { rotation, _ in try rotation.cancel(at: now) }
    }

    /// A person says that their part is done.
    package func confirm(
        by caller: Caller, _ id: RotationID, _ task: Rotation.Task, at now: Instant
    ) async throws -> Rotation {
        try await change(by: caller, id, "rotation.confirm", at: now) { rotation, note in
            note.details.append(.init("task", task.rawValue))
            try rotation.confirm(task, at: now)
            return nil
        }
    }

    private func change(
        by caller: Caller, _ id: RotationID, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (inout Rotation, inout EventNote) throws -> VersionMove?
    ) async throws -> Rotation {
        try await store.change(by: caller, needing: Permission.rotationsWrite, action, at: now) { records, note in
            note.subject = id.description
            var rotation = try Self.visible(id, to: caller, records)
            note.account = rotation.account
            note.details.append(.init("credential", rotation.credential.description))
            let move = try body(&rotation, &note)
            note.details.append(.init("stage", rotation.stage.rawValue))
            try records.store(&rotation, move, at: now)
            return rotation
        }
    }

    static func visible(
        _ id: RotationID, to caller: Caller, _ records: any CredentialRecords
    ) throws -> Rotation {
        guard let rotation = try records.rotation(id), caller.sees(rotation.account) else {
            throw Refusal.notFound("rotation")
        }
        return rotation
    }
}

extension Provider {
    /// How its keys are replaced unless it is said otherwise.
    package var ownKind: RotationGuide.Kind {
        switch rotation?.kind {
        case .minted where rotation?.making != nil: .minted
        case .set where rotation?.setting != nil: .set
        default: .byHand
        }
    }
}

extension CredentialRecords {
    /// Stores what a rotation became, and what that means for its credential.
    func store(_ rotation: inout Rotation, _ move: VersionMove?, at now: Instant) throws {
        rotation.revision += 1
        try update(rotation)
        guard let move, var credential = try credential(rotation.credential) else { return }
        credential.move(move, rotation, at: now)
        credential.updatedAt = now
        credential.revision += 1
        try update(credential)
    }
}

extension Credential {
    /// So long nothing is begun by a policy where the last rotation came to nothing.
    private static let rest = Length.seconds(86_400)

    mutating func move(_ move: VersionMove, _ rotation: Rotation, at now: Instant) {
        switch move {
        case .carry(let share): self.share = share
        case .promote:
            _ = promote()
            share = 100
        case .revert:
            if current?.id == rotation.successor { _ = rollBack() }
            for state in [CredentialVersion.State.pending, .previous] where version(state)?.id == rotation.successor {
                retire(state)
            }
            share = nil
        case .dropPending:
            retire(.pending)
            share = nil
        case .finish:
            retire(.previous)
            (share, self.rotation) = (nil, nil)
            rotateAt = policy?.due(since: now)
        case .release:
            retire(.pending)
            (share, self.rotation) = (nil, nil)
            rotateAt = policy?.every == nil ? nil : now + Self.rest
        }
    }
}
