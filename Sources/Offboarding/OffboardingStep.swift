// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import IssuedKeys

/// One step of one item, within a transaction.
struct OffboardingStep {
    let offboarding: Offboarding
    let caller: Caller
    let records: any OffboardingRecords
    let now: Instant
    let random: Randomness

    /// How long after a rotation that came to nothing another one is begun.
    private static let pause = Length.seconds(30)

    func carryOut(_ planned: OffboardingItem, _ note: inout EventNote) throws {
        var item = planned
        note.subject = item.id
        note.account = offboarding.account
        note.details.append(.init("offboarding", offboarding.id.description))
        switch item.action {
        case .revoke, .lock: try end(&item, &note)
        case .remove: try remove(&item)
        case .transfer: try transfer(&item, &note)
        case .rotate: try rotate(&item, &note)
        }
        try records.update(item)
    }

    private func finish(_ item: inout OffboardingItem, _ words: String? = nil) {
        (item.state, item.doneAt, item.nextAt) = (.done, now, nil)
        if let words { item.note = words }
    }

    // MARK: What ends at once

    private func end(_ item: inout OffboardingItem, _ note: inout EventNote) throws {
        if let id = KeyID(item.id) {
            try Keys.end(id, item.action == .lock ? .lock : .revoke, by: caller, records, &note, at: now)
        } else if let id = IntegrationID(item.id), var integration = try records.integration(id),
            integration.state != .revoked
        {
            integration.state = .revoked
            integration.updatedAt = now
            integration.revision += 1
            try records.update(integration)
        }
        finish(&item)
    }

    private func remove(_ item: inout OffboardingItem) throws {
        guard let id = UserID(item.id), var person = try records.person(id) else { return finish(&item) }
        if person.removedAt == nil { person.removedAt = now }
        try records.update(person)
        finish(&item)
    }

    // MARK: What outlives the party

    /// Its owner is another since the first moment; the party may know its secret, so it is done when that is another too.
    private func transfer(_ item: inout OffboardingItem, _ note: inout EventNote) throws {
        guard let id = KeyID(item.id), let key = try records.key(id) else { return finish(&item, "The key is gone.") }
        note.details.append(.init("owner", key.owner.description))
        if case .revoked = key.state { return finish(&item, "The key was revoked.") }
        if let at = key.rotatedAt, at > offboarding.startedAt, !key.secrets.contains(where: { $0.role == .retiring }) {
            return finish(&item, "It belongs to \(key.owner) and has another secret.")
        }
        item.state = .waiting
        item.note = "It belongs to \(key.owner), who has to rotate it: its secret was known to the party."
    }

    // MARK: Held keys

    private func rotate(_ item: inout OffboardingItem, _ note: inout EventNote) throws {
        guard let id = CredentialID(item.id), let credential = try records.credential(id), credential.deletion == nil
        else { return finish(&item, "The credential was deleted.") }
        if let rotation = try item.rotation.flatMap({ try records.rotation($0) }) {
            return try look(at: rotation, &item, &note)
        }
        if let running = credential.rotation {
            // Somebody else has begun it; it ends for both.
            item.rotation = running
            note.details.append(.init("rotation", running.description))
            item.state = .waiting
            return
        }
        var source = random
        let started = try Rotations.start(
            of: id, draft(item), RotationID(at: now, using: &source), by: caller, at: now, records, &note)
        item.rotation = started.id
        item.state = .waiting
    }

    private func look(at rotation: Rotation, _ item: inout OffboardingItem, _ note: inout EventNote) throws {
        note.subject = item.id
        note.details.append(.init("rotation", rotation.id.description))
        switch rotation.stage {
        case .done: finish(&item, rotation.proof == .word ? "Its end is known by a person's word alone." : nil)
        case .failed, .cancelled:
            item.rotation = nil
            item.attempts += 1
            item.note = "A rotation came to nothing: \(rotation.cause?.rawValue ?? rotation.stage.rawValue)."
            item.state = .planned
            item.nextAt = now + Length(milliseconds: Self.pause.milliseconds << min(item.attempts, 7))
        default: item.state = .waiting
        }
    }

    /// As careful as the time that is left allows.
    private func draft(_ item: OffboardingItem) -> RotationDraft {
        var draft = RotationDraft()
        draft.reason = .offboarding
        draft.rank = item.risk
        let left = max(0, offboarding.deadline.milliseconds - now.milliseconds)
        let usual = RotationTerms()
        draft.terms.firstLook = min(usual.firstLook, Length(milliseconds: left / 20))
        draft.terms.watch = min(usual.watch, Length(milliseconds: left / 10))
        draft.terms.holders = min(usual.holders, Length(milliseconds: left / 4))
        draft.terms.dueAt = offboarding.deadline
        draft.terms.assignee = offboarding.terms.assignee
        return draft
    }
}
