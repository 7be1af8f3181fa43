// SPDX-License-Identifier: Apache-2.0
internal import Access
package import IssuedKeys
internal import Secrets

extension Opening {
    /// Adds counted uses to what is stored, all or none.
    package static func store(_ uses: [KeyUseCount], _ engine: any Engine) async throws {
        _ = try await engine.write { statements in
            for use in uses { try UseWriting(statements: statements, key: use.key).add(use) }
            return uses.count
        } committed: { _ in
        }
    }
}

/// Adds counts of one key to its rows.
private struct UseWriting {
    let statements: any Statements
    let key: KeyID

    private static let scopesAtMost = 500
    private static let stragglersAtMost = 1000
    /// A need's time is not written anew for each flush.
    private static let needsEvery: Int64 = 600_000

    func add(_ use: KeyUseCount) throws {
        if let last = use.last { try add(use.count, last) }
        for count in use.counts { try add(count) }
        for need in use.needs { try add(need) }
        for straggler in use.stragglers { try add(straggler) }
    }

    private func add(_ uses: Int64, _ last: LastUse) throws {
        try statements.run(
            """
            INSERT INTO key_uses (key, uses, last_at, address, user_agent) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (key) DO UPDATE SET uses = key_uses.uses + EXCLUDED.uses,
            last_at = CASE WHEN EXCLUDED.last_at >= key_uses.last_at THEN EXCLUDED.last_at ELSE key_uses.last_at END,
            address = CASE WHEN EXCLUDED.last_at >= key_uses.last_at THEN EXCLUDED.address ELSE key_uses.address END,
            user_agent = CASE WHEN EXCLUDED.last_at >= key_uses.last_at THEN EXCLUDED.user_agent
            ELSE key_uses.user_agent END
            """,
            [
                .id(key), .integer(uses), .moment(last.at), .text(last.visitor.address?.description),
                .text(last.visitor.userAgent),
            ])
    }

    private func add(_ count: UseCount) throws {
        try statements.run(
            """
            INSERT INTO usage (key, step, at, code, tag, uses, cost) VALUES ($1, 60, $2, $3, $4, $5, $6)
            ON CONFLICT (key, step, at, code, tag) DO UPDATE SET uses = usage.uses + EXCLUDED.uses,
            cost = \(UseCount.addedCost)
            """,
            [
                .id(key), .integer(count.row.minute * 60_000), .text("\(count.row.code.text)"),
                .text(count.row.tag ?? ""), .integer(count.uses), .integer(min(count.cost, UseCount.mostCost)),
            ])
    }

    private func add(_ need: NeededScope) throws {
        try statements.run(
            """
            INSERT INTO scope_uses (key, scope, first_at, last_at) SELECT $1, $2, $3, $3
            WHERE (SELECT COUNT(*) FROM scope_uses WHERE key = $1) < \(Self.scopesAtMost)
            OR EXISTS (SELECT 1 FROM scope_uses WHERE key = $1 AND scope = $2)
            ON CONFLICT (key, scope) DO UPDATE SET last_at = EXCLUDED.last_at
            WHERE EXCLUDED.last_at > scope_uses.last_at + \(Self.needsEvery)
            """, [.id(key), .text(need.scope?.description ?? ""), .moment(need.lastAt)])
    }

    /// Uses of a secret that retires no more are nobody's business.
    private func add(_ straggler: StragglerCount) throws {
        let since = try statements.first(
            "SELECT retiring_since FROM key_secrets WHERE digest = $1 AND role = 'retiring'",
            [.blob(straggler.secret.bytes)]
        ) { $0.moment(0) }
        guard let since = since ?? nil else { return }
        let visitor = straggler.visitor
        let added = try add(
            straggler, since: since, visitor.address?.description ?? "", visitor.userAgent ?? "",
            where: """
                (SELECT COUNT(*) FROM stragglers WHERE key = $1 AND since = $2) < \(Self.stragglersAtMost)
                OR EXISTS (SELECT 1 FROM stragglers WHERE key = $1 AND since = $2 AND address = $3 AND user_agent = $4)
                """)
        if !added { _ = try add(straggler, since: since, "", Straggler.others, where: "1 = 1") }
    }

    private func add(
        _ straggler: StragglerCount, since: Instant, _ address: String, _ userAgent: String, where condition: String
    ) throws -> Bool {
        try statements.run(
            """
            INSERT INTO stragglers (key, since, address, user_agent, uses, first_at, last_at)
            SELECT $1, $2, $3, $4, $5, $6, $7 WHERE \(condition)
            ON CONFLICT (key, since, address, user_agent) DO UPDATE SET uses = stragglers.uses + EXCLUDED.uses,
            first_at = CASE WHEN EXCLUDED.first_at < stragglers.first_at THEN EXCLUDED.first_at ELSE stragglers.first_at END,
            last_at = CASE WHEN EXCLUDED.last_at > stragglers.last_at THEN EXCLUDED.last_at ELSE stragglers.last_at END
            """,
            [
                .id(key), .moment(since), .text(address), .text(userAgent), .integer(straggler.uses),
                .moment(straggler.firstAt), .moment(straggler.lastAt),
            ]) > 0
    }
}

extension UseCount {
    /// The most that a row's cost says: what a JSON number holds exactly. Sums of some hundred rows still fit a column.
    static let mostCost: Int64 = 9_007_199_254_740_991

    /// A row's cost after what is added, in SQL.
    static let addedCost = """
        CASE WHEN usage.cost + EXCLUDED.cost > \(mostCost) THEN \(mostCost) ELSE usage.cost + EXCLUDED.cost END
        """
}
