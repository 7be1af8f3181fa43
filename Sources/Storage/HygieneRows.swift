// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys

extension Transaction: HygieneRecords {
    package func candidates(
        _ kind: HygieneKind, in scope: UsageScope, visible: Set<AccountID>?, _ page: Page, at now: Instant
    ) throws -> [Key] {
        var conditions = Conditions()
        if kind != .disabledLong {
            conditions.add("k.state = 'active'")
            conditions.add("(k.expires_at IS NULL OR k.expires_at > ?)", .moment(now))
        }
        conditions.add(kind, at: now)
        if let account = scope.account { conditions.add("k.account = ?", .id(account)) }
        if let keyspace = scope.keyspace { conditions.add("k.keyspace = ?", .id(keyspace)) }
        if let visible { conditions.add("k.account", in: visible.map(\.description).sorted()) }
        if let after = page.after { conditions.add("k.id > ?", .text(after)) }
        let ids: [KeyID] = try statements.all(
            """
            SELECT k.id FROM keys k JOIN keyspaces s ON s.id = k.keyspace LEFT JOIN key_uses u ON u.key = k.id\
            \(conditions.clause) ORDER BY k.id LIMIT \(page.limit)
            """, conditions.values
        ) { try $0.id(0, "key id") }
        return try ids.compactMap { try key($0) }
    }

    package func needs(of key: KeyID) throws -> [ScopeNeed] {
        try statements.all("SELECT scope, first_at, last_at FROM scope_uses WHERE key = $1", [.id(key)]) { row in
            let text = try row.needText(0, "needed scope")
            return ScopeNeed(
                scope: text.isEmpty ? nil : try RuleText.need(Scope(text)),
                firstAt: try row.needMoment(1, "first need"),
                lastAt: try row.needMoment(2, "last need"))
        }
    }
}

extension Conditions {
    /// What all findings of a kind have in common, as far as tables know it.
    fileprivate mutating func add(_ kind: HygieneKind, at now: Instant) {
        switch kind {
        case .retiringStragglers:
            add(
                "k.id IN (SELECT g.key FROM stragglers g WHERE g.last_at > ?)",
                .moment(now - HygieneTerms.straggling))
        case .expiringSoon:
            add("k.expires_at <= ?", .moment(now + HygieneTerms.expiring))
            add("u.last_at > ?", .moment(now - HygieneTerms.expiring))
        case .olderThanPolicy:
            add("COALESCE(k.rotated_at, k.created_at) + s.rotate_every <= ?", .moment(now))
        case .widerThanUse:
            add("u.last_at > ?", .moment(now - HygieneTerms.idle))
            add(
                "EXISTS (SELECT 1 FROM scope_uses n WHERE n.key = k.id AND n.first_at <= ?)",
                .moment(now - HygieneTerms.idle))
        case .neverUsed:
            add("u.key IS NULL")
            add("k.created_at <= ?", .moment(now - HygieneTerms.neverUsed))
        case .idle: add("u.last_at <= ?", .moment(now - HygieneTerms.idle))
        case .noExpiry: add("k.expires_at IS NULL")
        case .disabledLong:
            add("k.state = 'disabled'")
            add("k.updated_at <= ?", .moment(now - HygieneTerms.idle))
        case .noMaxLifetime: add("1 = 0")
        }
    }
}
