// SPDX-License-Identifier: Apache-2.0
package import Access
internal import HeldKeys

extension Offboardings {
    /// Ends it before its end: what is dead stays dead, what is frozen thaws, what was not begun is kept. Rotations that
    /// have touched a provider, or that somebody else waits for, go on.
    package func cancel(
        by caller: Caller, _ id: OffboardingID, reason: String?, at now: Instant
    ) async throws -> Offboarding {
        try await store.change(by: caller, needing: Permission.offboardingsWrite, "offboarding.cancel", at: now) {
            records, note in
            note.subject = id.description
            var offboarding = try Self.visible(id, to: caller, records)
            note.account = offboarding.account
            guard !offboarding.isOver else {
                throw Refusal.conflict(
                    detail: "The offboarding is over: \(offboarding.state.rawValue).", fix: "Read its report.")
            }
            if let reason { note.details.append(.init("reason", reason)) }
            let kept = try Self.keep(offboarding, by: caller, records, at: now)
            note.details.append(.init("kept", String(kept)))
            try Self.thaw(offboarding, records, at: now)
            offboarding.state = .cancelled
            offboarding.planned = nil
            (offboarding.cancelledBy, offboarding.endedAt) = (caller.name, now)
            offboarding.revision += 1
            try records.update(offboarding)
            return try Self.visible(id, to: caller, records)
        }
    }

    private static func keep(
        _ offboarding: Offboarding, by caller: Caller, _ records: any OffboardingRecords, at now: Instant
    ) throws -> Int {
        var kept = 0
        for state in [OffboardingItem.State.planned, .waiting] {
            var after: Int64 = 0
            while let items = try page(of: offboarding.id, state, after: after, records) {
                for var item in items {
                    item.state = .kept
                    item.nextAt = nil
                    if let rotation = item.rotation {
                        let isCancelled = try Rotations.cancelUnbegun(
                            rotation, isAwaited: records.isAwaited(rotation, besides: offboarding.id), records, at: now)
                        item.note = isCancelled ? "Nothing was begun." : "Its rotation goes on."
                    } else {
                        item.note = "Nothing was begun."
                    }
                    try records.update(item)
                    kept += 1
                }
                after = items.last?.number ?? after
            }
        }
        return kept
    }

    private static func page(
        of id: OffboardingID, _ state: OffboardingItem.State, after: Int64, _ records: any OffboardingRecords
    ) throws -> [OffboardingItem]? {
        let items = try records.items(of: id, state, after: after, limit: 500)
        return items.isEmpty ? nil : items
    }

    /// The party is let go, unless another offboarding holds it, or somebody else had locked it.
    static func thaw(
        _ offboarding: Offboarding, _ records: any OffboardingRecords, at now: Instant
    ) throws {
        try records.thaw(for: offboarding.id)
        guard offboarding.hasLocked, try !records.isFrozen(offboarding.subject),
            var owner = try records.owner(offboarding.subject)
        else { return }
        owner.lockedAt = nil
        owner.updatedAt = now
        owner.revision += 1
        try records.update(owner)
    }
}
