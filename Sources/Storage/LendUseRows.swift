// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

extension Transaction: HeldUseRecords {
    private static let sumColumns = "calls, errors, unauthorized, forbidden, first_at, last_at, last_status"

    private static func sum(_ row: any Row, from column: Int) throws -> LendSum {
        LendSum(
            calls: try row.needInteger(column, "lent calls"), errors: try row.needInteger(column + 1, "lent errors"),
            unauthorized: try row.needInteger(column + 2, "lent 401"),
            forbidden: try row.needInteger(column + 3, "lent 403"),
            firstAt: try row.needMoment(column + 4, "first lent call"),
            lastAt: try row.needMoment(column + 5, "last lent call"),
            lastStatus: row.integer(column + 6).map { Int($0) })
    }

    package func parts(of integration: IntegrationID) throws -> [HeldUse.Part] {
        try statements.all(
            "SELECT version, key, \(Self.sumColumns) FROM lend_uses WHERE integration = $1 ORDER BY last_at DESC, key",
            [.id(integration)]
        ) { row in
            HeldUse.Part(
                version: try row.id(0, "lent version"), key: try row.id(1, "lent key"),
                sum: try Self.sum(row, from: 2))
        }
    }

    package func places(of integration: IntegrationID, limit: Int) throws -> [HeldUse.Place] {
        try statements.all(
            """
            SELECT address, version, \(Self.sumColumns) FROM lend_addresses WHERE integration = $1
            ORDER BY calls DESC, address LIMIT \(limit)
            """, [.id(integration)]
        ) { row in
            let text = try row.needText(0, "lent address")
            return HeldUse.Place(
                address: text.isEmpty ? nil : try RuleText.need(IPAddress(text)),
                version: try row.id(1, "lent version"), sum: try Self.sum(row, from: 2))
        }
    }

    package func steps(
        of integration: IntegrationID, _ step: LendStep, from: Instant, to: Instant
    ) throws -> [LendStepRow] {
        let length = step.seconds * 1000
        let kept = LendStep.allCases.map { kept in
            "(step = \(kept.seconds) AND at > \(from.milliseconds - kept.seconds * 1000) AND at < \(to.milliseconds))"
        }
        return try statements.all(
            """
            SELECT CASE WHEN step >= \(step.seconds) THEN at ELSE at - at % \(length) END AS start,
            CASE WHEN step >= \(step.seconds) THEN step ELSE \(step.seconds) END AS length, outcome,
            CAST(SUM(calls) AS BIGINT) FROM lend_steps WHERE integration = $1 AND (\(kept.joined(separator: " OR ")))
            GROUP BY start, length, outcome ORDER BY start, length, outcome
            """, [.id(integration)]
        ) { row in
            LendStepRow(
                at: try row.needMoment(0, "lent at"),
                step: try RuleText.need(LendStep(seconds: try row.needInteger(1, "lent step"))),
                outcome: try row.value(2, "lent outcome"), calls: try row.needInteger(3, "lent calls"))
        }
    }

    package func lastUses(of integrations: [IntegrationID]) throws -> [IntegrationID: Instant] {
        var found: [IntegrationID: Instant] = [:]
        for id in integrations {
            let last = try statements.first(
                "SELECT MAX(last_at) FROM lend_uses WHERE integration = $1", [.id(id)]
            ) { $0.moment(0) }
            if let last = last ?? nil { found[id] = last }
        }
        return found
    }

    package func lastUses(ofVersionsOf credential: CredentialID) throws -> [VersionID: Instant] {
        let rows: [(VersionID, Instant)] = try statements.all(
            """
            SELECT u.version, MAX(u.last_at) FROM credential_versions v JOIN lend_uses u ON u.version = v.id
            WHERE v.credential = $1 GROUP BY u.version
            """, [.id(credential)]
        ) { row in (try row.id(0, "lent version"), try row.needMoment(1, "last lent call")) }
        return Dictionary(uniqueKeysWithValues: rows)
    }
}

extension Ledger {
    /// The store of who used what is held.
    package func heldUses() -> any Store<any HeldUseRecords> { door { $0 } }
}
