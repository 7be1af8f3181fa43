// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// Carries rotations on, one step at a time. What is intended is stored before anything outside is touched; what came of
/// it is stored before the next step.
package struct RotationCourse: Sendable {
    let rotations: Rotations
    let dataKeys: DataKeys
    let ask: ProviderAsking
    let trial: TrialCalling
    let lending: Lending
    private let pace: Pace
    private let postpone: @Sendable (RotationID, _ until: Instant, _ tries: Int64) async throws -> Void

    /// How long is waited between tries: the first wait, and the longest.
    package struct Pace: Sendable {
        package var first = Length.seconds(1)
        package var longest = Length.seconds(900)

        /// From a second up to a quarter of an hour.
        package init() {}

        /// The wait before the next try, doubled with each, and up to a quarter of it more.
        func wait(after tries: Int64, using random: inout Randomness) -> Length {
            let doubled = first.milliseconds << min(tries, 20)
            let wait = min(max(doubled, first.milliseconds), longest.milliseconds)
            return Length(milliseconds: wait + Int64(random.next() % UInt64(max(1, wait / 4))))
        }
    }

    /// - Parameters:
    ///   - lending: tells how calls fare that carry a new version.
    ///   - postpone: writes down when a step is tried again, where nothing else changed.
    package init(
        rotations: Rotations, dataKeys: DataKeys, ask: @escaping ProviderAsking, trial: @escaping TrialCalling,
        lending: Lending, pace: Pace = Pace(),
        postpone: @escaping @Sendable (RotationID, _ until: Instant, _ tries: Int64) async throws -> Void
    ) {
        self.rotations = rotations
        self.dataKeys = dataKeys
        self.ask = ask
        self.trial = trial
        self.lending = lending
        self.pace = pace
        self.postpone = postpone
    }

    /// All that a step needs to know.
    struct Ground: Sendable {
        let rotation: Rotation
        let credential: Credential
        let provider: Provider
        let freezes: [RotationFreeze]
        let busy: Int

        /// So many keys of its provider are worked on at once.
        var atOnce: Int { provider.rotation?.atOnce ?? RotationCourse.atOnce }
    }

    /// Does the next step of a rotation, if it is due.
    ///
    /// - Returns: When the one after it is due; nil where that is for a person to say, or at the end.
    package func advance(_ id: RotationID, now: @Sendable () -> Instant) async throws -> Instant? {
        guard let ground = try await ground(id, at: now()) else { return nil }
        let rotation = ground.rotation
        guard let nextAt = rotation.nextAt, let step = rotation.step else { return nil }
        guard nextAt <= now() else { return nextAt }
        if ground.credential.deletion != nil { return try await abandon(ground, at: now()) }
        if let until = held(step, ground, at: now()) {
            try await postpone(id, until, rotation.tries)
            return until
        }
        let outcome = try await carryOut(step, ground, now: now)
        return try await settle(outcome, of: ground, at: now())
    }

    private func ground(_ id: RotationID, at now: Instant) async throws -> Ground? {
        try await rotations.store.read(by: .schedule, needing: Permission.rotationsRead, "rotation.step", at: now) {
            guard let rotation = try $0.rotation(id), !rotation.isOver else { return nil }
            guard let credential = try $0.credential(rotation.credential),
                let provider = try $0.provider(rotation.provider)
            else { throw StorageFailure.unreadable("credential of rotation") }
            return Ground(
                rotation: rotation, credential: credential, provider: provider, freezes: try $0.freezes(),
                busy: rotation.stage == .waiting ? try $0.busyRotations(of: rotation.provider) : 0)
        }
    }

    /// So many of a provider's keys are worked on at once, unless it says otherwise.
    package static let atOnce = 50
    /// How often what is held up is looked at.
    private static let heldLook = Length.seconds(10)
    private static let turnLook = Length.seconds(2)

    /// Until when a step is held up: by a freeze, outside of its window, or because its provider is busy. What goes back
    /// is never held up.
    private func held(_ step: RotationStep, _ ground: Ground, at now: Instant) -> Instant? {
        if ground.rotation.ending != nil { return nil }
        if ground.freezes.contains(where: { $0.holds(ground.rotation, at: now) }) {
            switch step {
            case .look where lending.isFallen(ground.rotation): return nil
            default: return now + Self.heldLook
            }
        }
        guard step == .begin else { return nil }
        if let opens = ground.rotation.terms.window?.opens(after: now), opens > now { return opens }
        return ground.busy < ground.atOnce ? nil : now + Self.turnLook
    }

    /// Stores what came of a step. A try that changed nothing but the time of the next one is no event.
    private func settle(_ outcome: Outcome, of ground: Ground, at now: Instant) async throws -> Instant? {
        guard let what = outcome.what else { return now }
        var source = rotations.random
        let wait = pace.wait(after: ground.rotation.tries, using: &source)
        var next = ground.rotation
        let move = next.take(what, at: now, wait: wait)
        if move == nil, let until = next.nextAt, next.isWaitingAgain(as: ground.rotation) {
            try await postpone(next.id, until, next.tries)
            return until
        }
        return try await store(what, outcome.facts, of: ground, wait: wait, at: now)
    }

    private func store(
        _ outcome: RotationOutcome, _ facts: [Event.Detail], of ground: Ground, wait: Length, at now: Instant
    ) async throws -> Instant? {
        let id = ground.rotation.id
        let action = "rotation.\(outcome.word(in: ground.rotation.stage))"
        return try await rotations.store.change(
            by: .schedule, needing: Permission.rotationsWrite, action, at: now
        ) { records, note in
            guard var rotation = try records.rotation(id) else { throw StorageFailure.unreadable("rotation") }
            let before = rotation.stage
            var outcome = outcome
            if outcome == .begun, try records.busyRotations(of: rotation.provider) >= ground.atOnce {
                outcome = .failed(.busy, notBefore: nil)
            }
            let move = rotation.take(outcome, at: now, wait: wait)
            note.tell(of: rotation, from: before, facts)
            try records.store(&rotation, move, at: now)
            return rotation.nextAt
        }
    }

    /// Its credential was deleted: nothing is lent any more, and nothing can be asked in its name.
    private func abandon(_ ground: Ground, at now: Instant) async throws -> Instant? {
        let id = ground.rotation.id
        return try await rotations.store.change(
            by: .schedule, needing: Permission.rotationsWrite, "rotation.abandon", at: now
        ) { records, note in
            guard var rotation = try records.rotation(id) else { throw StorageFailure.unreadable("rotation") }
            let before = rotation.stage
            rotation.abandon(at: now)
            note.tell(of: rotation, from: before, [])
            try records.store(&rotation, .release, at: now)
            return nil
        }
    }

    /// Takes in what calls have shown of a credential that switches: that the new version is refused, or the former one.
    /// Called as soon as that is known; the calls themselves go by it already.
    package func takeNews(of id: CredentialID, at now: Instant) async throws {
        let rotation = try await rotations.store.read(
            by: .schedule, needing: Permission.rotationsRead, "rotation.step", at: now
        ) { records in try records.credential(id)?.rotation.flatMap { try records.rotation($0) } }
        guard let rotation, !rotation.isOver, rotation.ending == nil else { return }
        let outcome: RotationOutcome
        if lending.isFallen(rotation) {
            outcome = .newRefused
        } else if lending.isOusted(rotation), rotation.stage == .switching {
            outcome = .fine
        } else {
            return
        }
        _ = try await rotations.store.change(
            by: .schedule, needing: Permission.rotationsWrite, "rotation.\(outcome.word(in: rotation.stage))", at: now
        ) { records, note -> Bool in
            guard var fresh = try records.rotation(rotation.id) else { throw StorageFailure.unreadable("rotation") }
            let before = fresh.stage
            let move = fresh.take(outcome, at: now, wait: .seconds(1))
            note.tell(of: fresh, from: before, [])
            try records.store(&fresh, move, at: now)
            return true
        }
    }

    /// Rotations whose next step is due, at most so many; of those that wait for their turn as many as there are turns.
    package func due(at now: Instant, limit: Int) async throws -> [RotationID] {
        try await rotations.store.read(
            by: .schedule, needing: Permission.rotationsRead, "rotation.step", at: now
        ) { records in
            var due = try records.dueRotations(by: now, limit: limit)
            for name in try records.providersWaited(by: now) where due.count < limit {
                let atOnce = try records.provider(name)?.rotation?.atOnce ?? Self.atOnce
                let free = min(atOnce - (try records.busyRotations(of: name)), limit - due.count)
                if free > 0 { due += try records.waitingRotations(of: name, by: now, limit: free) }
            }
            return due
        }
    }

    /// What came of a step, and what the trail is told of it beside.
    struct Outcome: Sendable {
        /// Nil where it is stored already.
        let what: RotationOutcome?
        var facts: [Event.Detail] = []

        static let stored = Outcome(what: nil)

        init(_ what: RotationOutcome, _ facts: [Event.Detail] = []) {
            self.what = what
            self.facts = facts
        }

        private init(what: RotationOutcome?) { self.what = what }
    }
}

extension EventNote {
    /// What each event of a rotation says.
    fileprivate mutating func tell(of rotation: Rotation, from stage: Rotation.Stage, _ facts: [Event.Detail]) {
        subject = rotation.id.description
        account = rotation.account
        details.append(.init("credential", rotation.credential.description))
        details.append(.init("from", stage.rawValue))
        details.append(.init("stage", rotation.stage.rawValue))
        if let fault = rotation.fault { details.append(.init("fault", fault.rawValue)) }
        if let cause = rotation.cause { details.append(.init("cause", cause.rawValue)) }
        if let proof = rotation.proof { details.append(.init("proof", proof.rawValue)) }
        details += facts
    }
}

extension RotationOutcome {
    /// What the trail calls it.
    fileprivate func word(in stage: Rotation.Stage) -> String {
        switch self {
        case .begun: "begin"
        case .identified: "identify"
        case .listed: "list"
        case .discarded: "discard"
        case .made: "make"
        case .told: "set"
        case .works, .refused, .untested: stage == .testing ? "test" : "confirm_dead"
        case .fine: stage == .switching ? "promote" : "watched"
        case .newRefused: "fall_back"
        case .holders: "ask_holders"
        case .deleted: "delete"
        case .reverted: "revert"
        case .ended: "end"
        case .failed: "retry"
        }
    }
}
