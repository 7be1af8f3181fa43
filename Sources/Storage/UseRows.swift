// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys

extension Transaction: UseRecords {
    package func use(of id: KeyID) throws -> KeyUse {
        try statements.first(
            "SELECT uses, last_at, address, user_agent FROM key_uses WHERE key = $1", [.id(id)]
        ) { row in
            KeyUse(
                count: try row.needInteger(0, "uses"), lastAt: row.moment(1),
                visitor: Visitor(address: try Self.address(row.text(2)), userAgent: row.text(3)))
        } ?? KeyUse(count: 0, lastAt: nil)
    }

    package func usage(of key: KeyID, _ choice: UsageChoice) throws -> [UsageRow] {
        var conditions = Conditions()
        conditions.add("u.key = ?", .id(key))
        conditions.add(choice)
        return try statements.all(
            """
            SELECT \(Self.start(choice.step)) AS start, \(Self.step(choice.step)) AS length, u.code, CAST(SUM(u.uses) AS BIGINT),
            CAST(SUM(u.cost) AS BIGINT)
            FROM usage u\(conditions.clause) GROUP BY start, length, u.code ORDER BY start, length, u.code
            """, conditions.values
        ) { row in
            UsageRow(
                at: try row.needMoment(0, "usage at"), step: try Self.step(row, 1), code: try Self.code(row, 2),
                uses: try row.needInteger(3, "usage uses"), cost: try row.needInteger(4, "usage cost"))
        }
    }

    package func usage(
        by grouping: UsageGrouping, in scope: UsageScope, _ choice: UsageChoice, isSeries: Bool,
        visible: Set<AccountID>?, skipping: Int, limit: Int
    ) throws -> [UsageSum] {
        var conditions = Conditions()
        conditions.add(choice, isTagged: grouping == .tag)
        conditions.add(scope, visible: visible)
        if grouping == .app { conditions.add("k.owner LIKE 'app\\_%' ESCAPE '\\'") }
        let (of, name, join) = Self.columns(grouping)
        let start = isSeries ? Self.start(choice.step) : "0"
        let length = isSeries ? Self.step(choice.step) : "0"
        return try statements.all(
            """
            SELECT \(of) AS subject, \(name) AS shown, \(start) AS start, \(length) AS length,
            CAST(SUM(CASE WHEN u.code = 'valid' THEN u.uses ELSE 0 END) AS BIGINT),
            CAST(SUM(CASE WHEN u.code = 'valid' THEN 0 ELSE u.uses END) AS BIGINT), CAST(SUM(u.cost) AS BIGINT)
            FROM usage u JOIN keys k ON k.id = u.key\(join)\(conditions.clause)
            GROUP BY subject, shown, start, length
            ORDER BY \(isSeries ? "start, length, " : "")SUM(u.uses) DESC, subject LIMIT \(limit) OFFSET \(skipping)
            """, conditions.values
        ) { row in try Self.sum(row, isSeries: isSeries) }
    }

    private static func sum(_ row: any Row, isSeries: Bool) throws -> UsageSum {
        UsageSum(
            of: try row.needText(0, "usage subject"), name: row.text(1), at: isSeries ? row.moment(2) : nil,
            step: isSeries ? try step(row, 3) : nil, accepted: try row.needInteger(4, "usage accepted"),
            refused: try row.needInteger(5, "usage refused"), cost: try row.needInteger(6, "usage cost"))
    }

    /// What is grouped by, its name, and where that stands.
    private static func columns(_ grouping: UsageGrouping) -> (of: String, name: String, join: String) {
        switch grouping {
        case .key: ("u.key", "k.name", "")
        case .app, .owner: ("k.owner", "o.name", " JOIN owners o ON o.id = k.owner")
        case .account: ("k.account", "o.name", " JOIN owners o ON o.id = k.account")
        case .keyspace: ("k.keyspace", "s.name", " JOIN keyspaces s ON s.id = k.keyspace")
        case .code: ("u.code", "CAST(NULL AS TEXT)", "")
        case .tag: ("u.tag", "CAST(NULL AS TEXT)", "")
        }
    }

    package func refusals(
        in scope: UsageScope, _ choice: UsageChoice, visible: Set<AccountID>?, skipping: Int, limit: Int
    ) throws -> [RefusalSum] {
        var conditions = Conditions()
        conditions.add(choice)
        conditions.add(scope, visible: visible)
        conditions.add("u.code <> 'valid'")
        return try statements.all(
            """
            SELECT u.key, k.name, k.account, u.code, CAST(SUM(u.uses) AS BIGINT) AS refused, MAX(u.at)
            FROM usage u JOIN keys k ON k.id = u.key\(conditions.clause) GROUP BY u.key, k.name, k.account, u.code
            ORDER BY refused DESC, u.key, u.code LIMIT \(limit) OFFSET \(skipping)
            """, conditions.values
        ) { row in
            RefusalSum(
                key: try row.id(0, "usage key"), name: try row.needText(1, "key name"),
                account: try row.id(2, "key account"), code: try Self.code(row, 3),
                count: try row.needInteger(4, "usage uses"), lastAt: try row.needMoment(5, "usage at"))
        }
    }

    package func stragglers(of key: KeyID, since: Instant, skipping: Int, limit: Int) throws -> [Straggler] {
        try statements.all(
            """
            SELECT address, user_agent, uses, first_at, last_at FROM stragglers WHERE key = $1 AND since = $2
            ORDER BY last_at DESC, address, user_agent LIMIT \(limit) OFFSET \(skipping)
            """, [.id(key), .moment(since)]
        ) { row in
            Straggler(
                visitor: Visitor(
                    address: try Self.address(row.text(0)), userAgent: row.text(1).flatMap { $0.isEmpty ? nil : $0 }),
                uses: try row.needInteger(2, "straggler uses"), firstAt: try row.needMoment(3, "straggler first_at"),
                lastAt: try row.needMoment(4, "straggler last_at"))
        }
    }

    private static func address(_ text: String?) throws -> IPAddress? {
        guard let text, !text.isEmpty else { return nil }
        return try RuleText.need(IPAddress(text))
    }

    /// The beginning of the step that a row stands in: its own, or the longer one asked for.
    private static func start(_ step: UsageStep) -> String {
        "CASE WHEN u.step >= \(step.seconds) THEN u.at ELSE u.at - u.at % \(step.seconds * 1000) END"
    }

    private static func step(_ step: UsageStep) -> String {
        "CASE WHEN u.step >= \(step.seconds) THEN u.step ELSE \(step.seconds) END"
    }

    private static func step(_ row: any Row, _ column: Int) throws -> UsageStep {
        try RuleText.need(UsageStep(seconds: try row.needInteger(column, "usage step")))
    }

    private static func code(_ row: any Row, _ column: Int) throws -> VerdictCode {
        try RuleText.need(VerdictCode(try row.needText(column, "usage code")))
    }
}

extension Conditions {
    /// Rows that reach into a time. Each step has its own bounds, so that the index by step is used.
    fileprivate mutating func add(_ choice: UsageChoice, isTagged: Bool = false) {
        let steps = UsageStep.allCases.map { step in
            "(u.step = \(step.seconds) AND u.at > \(choice.from.milliseconds - step.seconds * 1000) "
                + "AND u.at < \(choice.to.milliseconds))"
        }
        add("(\(steps.joined(separator: " OR ")))")
        if let code = choice.code { add("u.code = ?", .text("\(code.text)")) }
        if let tag = choice.tag { add("u.tag = ?", .text(tag)) } else { add(isTagged ? "u.tag <> ''" : "u.tag = ''") }
    }

    fileprivate mutating func add(_ scope: UsageScope, visible: Set<AccountID>?) {
        if let account = scope.account { add("k.account = ?", .id(account)) }
        if let keyspace = scope.keyspace { add("k.keyspace = ?", .id(keyspace)) }
        if let visible { add("k.account", in: visible.map(\.description).sorted()) }
    }
}
