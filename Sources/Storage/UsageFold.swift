// SPDX-License-Identifier: Apache-2.0
package import Access
internal import IssuedKeys

/// For how long counts are kept in each step.
package struct UsageRetention: Sendable {
    package var minutes = Length.seconds(3 * 3600)
    package var hours = Length.seconds(14 * 86_400)
    package var days = Length.seconds(730 * 86_400)
    /// Stragglers of a rotation, after they were last seen.
    package var stragglers = Length.seconds(90 * 86_400)

    /// Three hours of minutes, two weeks of hours, two years of days.
    package init() {}
}

/// Makes longer steps of counts that are old. Each count stands in exactly one row at any moment: what is added to the
/// longer step is taken from the shorter in the same transaction.
///
/// Only whole steps are folded, so a row is written once for all that go into it, unless a clock was put back; then
/// what came late is added. Some keys at a time, so that no other change waits for long.
package struct UsageFold: Sendable {
    private let engine: any Engine
    private let retention: UsageRetention

    private static let keysAtOnce = 100

    /// Over a database.
    package init(_ engine: any Engine, keeping retention: UsageRetention = UsageRetention()) {
        self.engine = engine
        self.retention = retention
    }

    /// Folds everything that is old at `now`, and drops what is older than is kept.
    package func run(at now: Instant) async throws {
        try await fold(.minute, into: .hour, before: now.milliseconds - retention.minutes.milliseconds)
        try await fold(.hour, into: .day, before: now.milliseconds - retention.hours.milliseconds)
        try await drop(.day, before: now.milliseconds - retention.days.milliseconds)
        let boundary = now.milliseconds - retention.stragglers.milliseconds
        _ = try await change { try $0.run("DELETE FROM stragglers WHERE last_at < $1", [.integer(boundary)]) }
    }

    private func fold(_ step: UsageStep, into longer: UsageStep, before boundary: Int64) async throws {
        let length = longer.seconds * 1000
        while let oldest = try await oldest(step) {
            let start = oldest - oldest % length
            guard start + length <= boundary else { return }
            while try await change({ try Self.fold(step, into: longer, from: start, $0) }) > 0 {
                if Task.isCancelled { return }
            }
        }
    }

    private func drop(_ step: UsageStep, before boundary: Int64) async throws {
        let length = step.seconds * 1000
        while let oldest = try await oldest(step), oldest + length <= boundary {
            while try await change({ try Self.drop(step, at: oldest, $0) }) > 0 {
                if Task.isCancelled { return }
            }
        }
    }

    private func oldest(_ step: UsageStep) async throws -> Int64? {
        try await engine.read { statements in
            let found = try statements.first(
                "SELECT MIN(at) FROM usage WHERE step = $1", [.integer(step.seconds)]
            ) { $0.integer(0) }
            return found ?? nil
        }
    }

    private func change(_ body: @escaping @Sendable (any Statements) throws -> Int) async throws -> Int {
        try await engine.write(body) { _ in }
    }

    private static func fold(
        _ step: UsageStep, into longer: UsageStep, from start: Int64, _ statements: any Statements
    ) throws -> Int {
        let end = start + longer.seconds * 1000
        let keys = try keys(step, from: start, to: end, statements)
        for key in keys {
            let place: [SQLValue] = [.text(key), .integer(step.seconds), .integer(start), .integer(end)]
            try statements.run(
                """
                INSERT INTO usage (key, step, at, code, tag, uses, cost)
                SELECT key, \(longer.seconds), \(start), code, tag, SUM(uses),
                CASE WHEN SUM(cost) > \(UseCount.mostCost) THEN \(UseCount.mostCost) ELSE SUM(cost) END FROM usage
                WHERE key = $1 AND step = $2 AND at >= $3 AND at < $4 GROUP BY key, code, tag
                ON CONFLICT (key, step, at, code, tag) DO UPDATE
                SET uses = usage.uses + EXCLUDED.uses, cost = \(UseCount.addedCost)
                """, place)
            try statements.run("DELETE FROM usage WHERE key = $1 AND step = $2 AND at >= $3 AND at < $4", place)
        }
        return keys.count
    }

    private static func drop(_ step: UsageStep, at start: Int64, _ statements: any Statements) throws -> Int {
        let keys = try keys(step, from: start, to: start + 1, statements)
        for key in keys {
            try statements.run(
                "DELETE FROM usage WHERE key = $1 AND step = $2 AND at = $3",
                [.text(key), .integer(step.seconds), .integer(start)])
        }
        return keys.count
    }

    private static func keys(
        _ step: UsageStep, from start: Int64, to end: Int64, _ statements: any Statements
    ) throws -> [String] {
        try statements.all(
            "SELECT DISTINCT key FROM usage WHERE step = $1 AND at >= $2 AND at < $3 LIMIT \(keysAtOnce)",
            [.integer(step.seconds), .integer(start), .integer(end)]
        ) { try $0.needText(0, "usage key") }
    }
}
