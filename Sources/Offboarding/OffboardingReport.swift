// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

/// All that happened, with its proof.
package struct OffboardingReport: Sendable {
    package let offboarding: Offboarding
    package let lines: [Line]
    /// Of the offboarding itself.
    package let events: [Event]

    /// One item.
    package struct Line: Sendable {
        package let item: OffboardingItem
        package let rotation: Rotation?
        /// What the trail says of it and of its rotation, oldest first.
        package let events: [Event]
    }
}

extension Offboardings {
    /// So many events are named for one item.
    private static let eventsAtMost = 40

    /// The report, as it is now: of an offboarding that goes on it says so.
    package func report(
        by caller: Caller, of id: OffboardingID, at now: Instant
    ) async throws -> OffboardingReport {
        try await store.read(by: caller, needing: Permission.offboardingsRead, "offboarding.report", at: now) {
            records in
            let offboarding = try Self.visible(id, to: caller, records)
            var lines: [OffboardingReport.Line] = []
            var after: Int64 = 0
            while true {
                let items = try records.items(of: id, nil, after: after, limit: 1000)
                lines += try items.map { try Self.line($0, of: offboarding, records) }
                guard items.count == 1000, let last = items.last else { break }
                after = last.number
            }
            return OffboardingReport(
                offboarding: offboarding, lines: lines,
                events: try records.events(
                    of: id.description, since: offboarding.startedAt, limit: Self.eventsAtMost))
        }
    }

    private static func line(
        _ item: OffboardingItem, of offboarding: Offboarding, _ records: any OffboardingRecords
    ) throws -> OffboardingReport.Line {
        let rotation = try item.rotation.flatMap { try records.rotation($0) }
        var events: [Event] = []
        if let rotation {
            events = try records.events(of: rotation.id.description, since: rotation.startedAt, limit: eventsAtMost)
        } else {
            events = try records.events(of: item.id, since: offboarding.startedAt, limit: eventsAtMost)
        }
        return .init(item: item, rotation: rotation, events: events)
    }
}
