// SPDX-License-Identifier: Apache-2.0
package import Access

/// Makes days of the hours of lent calls that are old, and drops what is older than is kept. Some rows at a time, so
/// that no other change waits for long; each count stands in exactly one row at any moment.
package struct LendUseFold: Sendable {
    private let engine: any Engine

    /// Hours are kept for two weeks, days for two years, addresses and rules for 90 days after they were last seen.
    private static let hours = Length.seconds(14 * 86_400)
    private static let days = Length.seconds(730 * 86_400)
    private static let places = Length.seconds(90 * 86_400)
    private static let integrationsAtOnce = 100

    /// Over a database.
    package init(_ engine: any Engine) { self.engine = engine }

    /// Folds everything that is old at `now`.
    package func run(at now: Instant) async throws {
        let day: Int64 = 86_400_000
        let boundary = now.milliseconds - Self.hours.milliseconds
        while let oldest = try await oldestHour(), oldest - oldest % day + day <= boundary {
            let start = oldest - oldest % day
            while try await change({ try Self.fold(from: start, to: start + day, $0) }) > 0 {
                if Task.isCancelled { return }
            }
        }
        for (table, column, length) in [
            ("lend_steps", "step = 86400 AND at", Self.days), ("lend_addresses", "last_at", Self.places),
            ("lend_rules", "last_at", Self.places),
        ] {
            let end = now.milliseconds - length.milliseconds
            _ = try await change { try $0.run("DELETE FROM \(table) WHERE \(column) < $1", [.integer(end)]) }
        }
    }

    private func oldestHour() async throws -> Int64? {
        try await engine.read { statements in
            try statements.first("SELECT MIN(at) FROM lend_steps WHERE step = 3600", []) { $0.integer(0) } ?? nil
        }
    }

    private func change(_ body: @escaping @Sendable (any Statements) throws -> Int) async throws -> Int {
        try await engine.write(body) { _ in }
    }

    private static func fold(from start: Int64, to end: Int64, _ statements: any Statements) throws -> Int {
        let integrations = try statements.all(
            "SELECT DISTINCT integration FROM lend_steps WHERE step = 3600 AND at >= $1 AND at < $2"
                + " LIMIT \(integrationsAtOnce)", [.integer(start), .integer(end)]
        ) { try $0.needText(0, "lent integration") }
        for integration in integrations {
            let place: [SQLValue] = [.text(integration), .integer(start), .integer(end)]
            try statements.run(
                """
                INSERT INTO lend_steps (integration, step, at, outcome, calls)
                SELECT integration, 86400, \(start), outcome, CAST(SUM(calls) AS BIGINT) FROM lend_steps
                WHERE integration = $1 AND step = 3600 AND at >= $2 AND at < $3 GROUP BY integration, outcome
                ON CONFLICT (integration, step, at, outcome) DO UPDATE SET calls = lend_steps.calls + EXCLUDED.calls
                """, place)
            try statements.run(
                "DELETE FROM lend_steps WHERE integration = $1 AND step = 3600 AND at >= $2 AND at < $3", place)
        }
        return integrations.count
    }
}
