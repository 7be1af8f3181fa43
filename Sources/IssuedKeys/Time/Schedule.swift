// SPDX-License-Identifier: Apache-2.0
package import Access

/// Does what time asks for: ends retiring secrets, tells ahead of expiries and rotations, revokes what nobody uses.
///
/// Each key carries the moment of its next look, kept by index, so that a pass costs by what is due and not by how
/// many keys there are. What was told stands beside the key, so that no restart and no clock tells it twice. Every act
/// is a change like any other, by the caller `schedule`.
package struct Schedule: Sendable {
    private let store: any Store<any ScheduleRecords>
    private let postpone: @Sendable ([NextLook]) async throws -> Void
    private let reviewPolicies: @Sendable () async throws -> Bool

    /// Keys of one transaction.
    private static let atOnce = 200
    /// When an act is refused, it is tried again after so long.
    private static let triedAgainAfter = Length.seconds(60)

    /// - Parameters:
    ///   - postpone: writes down next looks.
    ///   - reviewPolicies: makes some keys of a keyspace whose policies were changed due for a look; false when there
    ///     are none left.
    package init(
        store: any Store<any ScheduleRecords>, postpone: @escaping @Sendable ([NextLook]) async throws -> Void,
        reviewPolicies: @escaping @Sendable () async throws -> Bool
    ) {
        self.store = store
        self.postpone = postpone
        self.reviewPolicies = reviewPolicies
    }

    /// One pass. `flush` is called before anything is decided, so that the last uses are known.
    ///
    /// - Parameter start: since when uses are watched without a gap; see ``Watch``.
    package func run(at now: Instant, watchingSince start: Instant, flush: () async -> Void) async throws {
        while !Task.isCancelled, try await reviewPolicies() {}
        guard try await !dueKeys(at: now, limit: 1).isEmpty else { return }
        await flush()
        while !Task.isCancelled {
            let page = try await dueKeys(at: now, limit: Self.atOnce)
            guard !page.isEmpty else { return }
            try await look(at: page, now, watchingSince: start)
        }
    }

    private func dueKeys(at now: Instant, limit: Int) async throws -> [KeyProspect] {
        try await store.read(by: .schedule, needing: Permission.keysRead, "schedule.read", at: now) { records in
            try records.prospects(dueBy: now, limit: limit)
        }
    }

    private func look(at page: [KeyProspect], _ now: Instant, watchingSince start: Instant) async throws {
        var duties: [(prospect: KeyProspect, duty: Duty)] = []
        var looks: [NextLook] = []
        for prospect in page {
            switch prospect.outlook(at: now, watchingSince: start) {
            case .due(let duty): duties.append((prospect, duty))
            case .nothing(let until): looks.append(NextLook(prospect, at: until))
            }
        }
        let outcomes = try await store.changeEach(
            by: .schedule, needing: Permission.keysWrite, "schedule.act", at: now, keeping: nil,
            duties.map { Self.part($0.duty, $0.prospect.key.id, at: now, watchingSince: start) })
        for (position, outcome) in outcomes.enumerated() {
            guard case .failure = outcome else { continue }
            looks.append(NextLook(duties[position].prospect, at: now + Self.triedAgainAfter))
        }
        try await postpone(looks)
    }

    /// One act, if it is still what time asks for once the transaction holds the key.
    private static func part(
        _ duty: Duty, _ id: KeyID, at now: Instant, watchingSince start: Instant
    ) -> BatchPart<any ScheduleRecords, Bool> {
        BatchPart(duty.action) { records, note in
            guard let prospect = try records.prospect(of: id),
                prospect.outlook(at: now, watchingSince: start) == .due(duty)
            else { throw Refusal.changedMeanwhile(revision: 0) }
            try carryOut(duty, prospect, records, &note, at: now)
            return true
        }
    }

    private static func carryOut(
        _ duty: Duty, _ prospect: KeyProspect, _ records: any ScheduleRecords, _ note: inout EventNote,
        at now: Instant
    ) throws {
        let id = prospect.key.id
        switch duty {
        case .retire(let ending):
            note.details.append(.init("stragglers", String(prospect.stragglers.count)))
            _ = try Keys.apply(
                .finishRetirement(ending, at: now), to: id, by: .schedule, ifRevision: nil, records, &note, at: now)
        case .revokeUnused:
            if let lastUse = prospect.lastUse { note.details.append(.init("last_used_at", lastUse.description)) }
            _ = try Keys.apply(
                .revoke(.unused, note: nil, at: now), to: id, by: .schedule, ifRevision: nil, records, &note, at: now)
        case .tell(let notice):
            (note.subject, note.account) = (id.description, prospect.key.account)
            note.details += prospect.details(of: notice)
            try records.note(notice, toldOf: id)
        }
    }
}

extension KeyProspect {
    /// What the event of a notice says.
    fileprivate func details(of notice: Notice) -> [Event.Detail] {
        let ahead = Event.Detail("ahead", notice.ahead.description)
        let name = Event.Detail("name", key.name)
        switch notice.topic {
        case .expiry: return [name, ahead, .init("expires_at", notice.occasion.description)]
        case .rotation: return [name, ahead, .init("rotation_due_at", notice.occasion.description)]
        case .grace:
            return [
                name, ahead, .init("grace_expires_at", notice.occasion.description),
                .init("stragglers", String(stragglers.count)),
            ]
        }
    }
}
