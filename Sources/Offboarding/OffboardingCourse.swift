// SPDX-License-Identifier: Apache-2.0
package import Access
internal import HeldKeys
internal import IssuedKeys

/// Carries offboardings on: begins what is planned, looks at what was begun, tells of deadlines, and ends them. What can't
/// be finished never holds up anything else.
package struct OffboardingCourse: Sendable {
    let offboardings: Offboardings
    private let erase: @Sendable (AccountID, _ name: String, OffboardingID, Instant) async throws -> Void

    /// - Parameter erase: destroys an account's data keys.
    package init(
        offboardings: Offboardings,
        erase: @escaping @Sendable (AccountID, _ name: String, OffboardingID, Instant) async throws -> Void
    ) {
        self.offboardings = offboardings
        self.erase = erase
    }

    /// So many items are begun or looked at in one transaction.
    static let atOnce = 500

    /// Does all that can be done now.
    package func advance(now: @Sendable () -> Instant) async throws {
        let open = try await offboardings.store.read(
            by: .schedule, needing: Permission.keysRead, "offboarding.step", at: now()
        ) { try $0.openOffboardings() }
        for offboarding in open {
            switch offboarding.state {
            case .planning: _ = try await offboardings.plan(offboarding.id, at: now())
            case .running: try await run(offboarding, now: now)
            case .done: try await eraseIfDue(offboarding, at: now())
            case .cancelled: break
            }
        }
    }

    private func run(_ offboarding: Offboarding, now: @Sendable () -> Instant) async throws {
        var rounds = 0
        // Bounded, so that one large account does not hold up the others.
        while rounds < 20, try await carryOn(offboarding, at: now()) { rounds += 1 }
        try await tell(offboarding, at: now())
        try await endIfDone(offboarding.id, at: now())
    }

    /// Begins or looks at some items, each with an event of its own where something happened. False when there are none.
    private func carryOn(_ offboarding: Offboarding, at now: Instant) async throws -> Bool {
        let due = try await offboardings.store.read(
            by: .schedule, needing: Permission.keysRead, "offboarding.step", at: now
        ) { records in
            try records.itemsDue(of: offboarding.id, at: now, limit: Self.atOnce).filter { item in
                guard item.state == .waiting, item.action == .transfer else { return true }
                return try records.hasNewSecret(item, since: offboarding)
            }
        }
        guard !due.isEmpty else { return false }
        let caller = Caller.offboarding(offboarding.id)
        let random = offboardings.random
        let parts = due.map { item in
            BatchPart<any OffboardingRecords, Bool>(item.word) { records, note in
                try OffboardingStep(
                    offboarding: offboarding, caller: caller, records: records, now: now, random: random
                )
                .carryOut(item, &note)
                return true
            }
        }
        let outcomes = try await offboardings.store.changeEach(
            by: caller, needing: Permission.offboardingsWrite, "offboarding.step", at: now, keeping: nil, parts)
        try await putOff(
            zip(due, outcomes).compactMap { item, outcome in
                if case .failure(let refusal) = outcome { (item, refusal) } else { nil }
            }, of: offboarding, at: now)
        return due.count == Self.atOnce
    }

    /// What was refused is tried again, later and later, and says why it stands.
    private func putOff(
        _ refused: [(OffboardingItem, Refusal)], of offboarding: Offboarding, at now: Instant
    ) async throws {
        guard !refused.isEmpty else { return }
        _ = try await offboardings.store.change(
            by: .offboarding(offboarding.id), needing: Permission.offboardingsWrite, "offboarding.put_off", at: now
        ) { records, note -> Bool in
            (note.subject, note.account) = (offboarding.id.description, offboarding.account)
            note.details = [.init("items", String(refused.count))]
            for (item, refusal) in refused {
                var item = item
                item.state = .planned
                item.attempts += 1
                item.note = refusal.words
                item.nextAt = now + Length(milliseconds: 60_000 << min(item.attempts, 6))
                try records.update(item)
            }
            return true
        }
    }

    private func tell(_ offboarding: Offboarding, at now: Instant) async throws {
        guard let (alert, count) = offboarding.alert(at: now) else { return }
        _ = try await offboardings.store.change(
            by: .offboarding(offboarding.id), needing: Permission.offboardingsWrite, "offboarding.\(alert.rawValue)",
            at: now
        ) { records, note -> Bool in
            guard var fresh = try records.offboarding(offboarding.id), !fresh.isOver else { return false }
            (note.subject, note.account) = (fresh.id.description, fresh.account)
            let progress = try records.progress(of: fresh.id)
            note.details = [
                .init("total", String(progress.total)), .init("done", String(progress.done)),
                .init("waiting", String(progress.waiting)), .init("person", String(progress.person)),
                .init("deadline", fresh.deadline.description),
            ]
            fresh.alerts = count
            try records.update(fresh)
            return true
        }
    }

    private func endIfDone(_ id: OffboardingID, at now: Instant) async throws {
        let isDone = try await offboardings.store.read(
            by: .schedule, needing: Permission.keysRead, "offboarding.step", at: now
        ) { records in
            let progress = try records.progress(of: id)
            return progress.done + progress.kept == progress.total
        }
        guard isDone else { return }
        _ = try await offboardings.store.change(
            by: .offboarding(id), needing: Permission.offboardingsWrite, "offboarding.done", at: now
        ) { records, note -> Bool in
            guard var offboarding = try records.offboarding(id), offboarding.state == .running else { return false }
            (note.subject, note.account) = (id.description, offboarding.account)
            let progress = try records.progress(of: id)
            note.details = [
                .init("total", String(progress.total)), .init("is_late", String(now > offboarding.deadline)),
            ]
            (offboarding.state, offboarding.endedAt) = (.done, now)
            offboarding.revision += 1
            try records.update(offboarding)
            return true
        }
    }

    private func eraseIfDue(_ offboarding: Offboarding, at now: Instant) async throws {
        guard offboarding.erasedAt == nil, let due = offboarding.eraseAt, now >= due,
            case .account(let account) = offboarding.subject
        else { return }
        try await erase(account, offboarding.name, offboarding.id, now)
        _ = try await offboardings.store.change(
            by: .offboarding(offboarding.id), needing: Permission.offboardingsWrite, "offboarding.erased", at: now
        ) { records, note -> Bool in
            guard var fresh = try records.offboarding(offboarding.id) else { return false }
            (note.subject, note.account) = (fresh.id.description, fresh.account)
            fresh.erasedAt = now
            try records.update(fresh)
            return true
        }
    }
}

extension OffboardingRecords {
    /// Whether a key that changed hands has a secret that its former owner does not know, or is gone.
    fileprivate func hasNewSecret(_ item: OffboardingItem, since offboarding: Offboarding) throws -> Bool {
        guard let id = KeyID(item.id), let key = try key(id), key.state == .active else { return true }
        return key.rotatedAt.map { $0 > offboarding.startedAt } ?? false
            && !key.secrets.contains { $0.role == .retiring }
    }
}

extension Refusal {
    /// What people are told of it.
    fileprivate var words: String {
        switch self {
        case .conflict(let detail, let fix), .invalid(_, let detail, let fix): "\(detail) \(fix)"
        case .wouldEscalate(_, let detail): detail
        case .notFound(let noun): "There is no such \(noun) any more."
        default: "It was refused."
        }
    }
}

extension OffboardingItem {
    /// What the trail calls its step.
    fileprivate var word: String {
        switch (state, action) {
        case (.planned, .revoke), (.planned, .lock):
            kind == .integration ? "integration.revoke" : "key.\(action.rawValue)"
        case (.planned, .remove): "operator.remove"
        case (.planned, .transfer): "key.transfer"
        case (.planned, .rotate): "rotation.start"
        case (.waiting, _), (.done, _), (.kept, _): "offboarding.item"
        }
    }
}
