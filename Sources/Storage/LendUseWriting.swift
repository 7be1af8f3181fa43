// SPDX-License-Identifier: Apache-2.0
internal import Access
package import HeldKeys
internal import Secrets
internal import Wire

extension Opening {
    /// Adds counted calls to what is stored, all or none.
    package static func store(lent counts: [LendUseCount], _ engine: any Engine) async throws {
        _ = try await engine.write { statements in
            for count in counts { try LendUseWriting(statements: statements, place: count.place).add(count) }
            return counts.count
        } committed: { _ in
        }
    }
}

/// Adds counts of one integration, version and key to their rows.
private struct LendUseWriting {
    let statements: any Statements
    let place: LendUseCount.Place

    /// So many addresses of an integration are told apart; the others are one.
    private static let addressesAtMost = 200

    func add(_ count: LendUseCount) throws {
        try put(
            count.sum, "lend_uses", ["integration", "version", "key"],
            [.id(place.integration), .id(place.version), .id(place.key)], where: "1 = 1")
        for (address, sum) in count.addresses { try add(address, sum) }
        for (hour, calls) in count.hours { try add(hour, calls) }
        for (rule, sum) in count.rules { try add(rule, sum) }
    }

    /// The version that was carried last is told beside the address.
    private func add(_ address: IPAddress?, _ sum: LendSum) throws {
        let condition = """
            (SELECT COUNT(*) FROM lend_addresses WHERE integration = $1) < \(Self.addressesAtMost)
            OR EXISTS (SELECT 1 FROM lend_addresses WHERE integration = $1 AND address = $2)
            """
        let text = address?.description ?? ""
        if try !put(address: text, sum, where: text.isEmpty ? "1 = 1" : condition) {
            _ = try put(address: "", sum, where: "1 = 1")
        }
    }

    private func put(address: String, _ sum: LendSum, where condition: String) throws -> Bool {
        try put(
            sum, "lend_addresses", ["integration", "address"], [.id(place.integration), .text(address)],
            where: condition, version: place.version)
    }

    /// Adds to the row of those values, or makes it where the condition holds.
    @discardableResult
    private func put(
        _ sum: LendSum, _ table: String, _ key: [String], _ values: [SQLValue], where condition: String,
        version: VersionID? = nil
    ) throws -> Bool {
        var columns = key + ["calls", "errors", "unauthorized", "forbidden", "first_at", "last_at", "last_status"]
        var values =
            values + [
                .integer(sum.calls), .integer(sum.errors), .integer(sum.unauthorized), .integer(sum.forbidden),
                .moment(sum.firstAt), .moment(sum.lastAt), sum.lastStatus.map { .integer(Int64($0)) } ?? .null,
            ]
        if let version {
            columns.append("version")
            values.append(.id(version))
        }
        let added = ["calls", "errors", "unauthorized", "forbidden"].map { "\($0) = \(table).\($0) + EXCLUDED.\($0)" }
        let latest = (["last_at", "last_status"] + (version == nil ? [] : ["version"])).map {
            "\($0) = CASE WHEN EXCLUDED.last_at >= \(table).last_at THEN EXCLUDED.\($0) ELSE \(table).\($0) END"
        }
        let places = values.indices.map { index in
            values[index] == .null ? "CAST($\(index + 1) AS BIGINT)" : "$\(index + 1)"
        }
        return try statements.run(
            """
            INSERT INTO \(table) (\(columns.joined(separator: ", ")))
            SELECT \(places.joined(separator: ", ")) WHERE \(condition)
            ON CONFLICT (\(key.joined(separator: ", "))) DO UPDATE SET
            \((added + latest).joined(separator: ", ")),
            first_at = CASE WHEN EXCLUDED.first_at < \(table).first_at THEN EXCLUDED.first_at ELSE \(table).first_at END
            """, values) > 0
    }

    private func add(_ hour: LendUseCount.Hour, _ calls: Int64) throws {
        try statements.run(
            """
            INSERT INTO lend_steps (integration, step, at, outcome, calls) VALUES ($1, 3600, $2, $3, $4)
            ON CONFLICT (integration, step, at, outcome) DO UPDATE SET calls = lend_steps.calls + EXCLUDED.calls
            """, [.id(place.integration), .moment(hour.start), .text(hour.outcome.rawValue), .integer(calls)])
    }

    private func add(_ rule: LendRule, _ sum: LendSum) throws {
        try statements.run(
            """
            INSERT INTO lend_rules (integration, rule, calls, last_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (integration, rule) DO UPDATE SET calls = lend_rules.calls + EXCLUDED.calls,
            last_at = CASE WHEN EXCLUDED.last_at >= lend_rules.last_at THEN EXCLUDED.last_at ELSE lend_rules.last_at END
            """, [.id(place.integration), .blob(rule.mark), .integer(sum.calls), .moment(sum.lastAt)])
    }
}

extension LendRule {
    /// What stands for it in a table: a digest of its text, which is as long as it likes.
    var mark: [UInt8] { Digest(of: [Array(LendRuleText.json([self]).text.utf8)]).bytes }
}
