// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

extension Transaction: HeldHygieneRecords {
    package func integrations(
        for kind: HeldHygieneKind, of account: AccountID?, visible: Set<AccountID>?, _ page: Page, at now: Instant
    ) throws -> [Integration] {
        let since = now - HeldHygieneTerms.idle
        var conditions = Conditions()
        conditions.add("state = 'active'")
        conditions.add("(expires_at IS NULL OR expires_at > ?)", .moment(now))
        switch kind {
        case .integrationUnused:
            conditions.add("created_at <= ?", .moment(since))
            conditions.add(
                "NOT EXISTS (SELECT 1 FROM lend_uses u WHERE u.integration = integrations.id AND u.last_at > ?)",
                .moment(since))
        case .integrationWiderThanUse:
            conditions.add("updated_at <= ?", .moment(since))
            conditions.add(
                "EXISTS (SELECT 1 FROM lend_uses u WHERE u.integration = integrations.id AND u.last_at > ?)",
                .moment(since))
            conditions.add(
                "EXISTS (SELECT 1 FROM lend_uses u WHERE u.integration = integrations.id AND u.first_at <= ?)",
                .moment(since))
        case .credentialExpiring, .credentialUnused, .credentialWithoutIntegration: return []
        }
        if let account { conditions.add("account = ?", .id(account)) }
        conditions.add(page, visible: visible)
        return try ids("integrations", conditions, page).compactMap { try integration($0) }
    }

    package func credentials(
        for kind: HeldHygieneKind, of account: AccountID?, visible: Set<AccountID>?, _ page: Page, at now: Instant
    ) throws -> [Credential] {
        var conditions = Conditions()
        conditions.add("deleted_at IS NULL")
        switch kind {
        case .credentialExpiring:
            conditions.add(
                """
                EXISTS (SELECT 1 FROM credential_versions v WHERE v.credential = credentials.id AND v.state = 'current'
                AND v.expires_at <= ?)
                """, .moment(now + HeldHygieneTerms.expiring))
        case .credentialUnused:
            conditions.add("created_at <= ?", .moment(now - HeldHygieneTerms.idle))
            conditions.add(Self.isLent)
        case .credentialWithoutIntegration:
            conditions.add("created_at <= ?", .moment(now - HeldHygieneTerms.lonely))
            conditions.add("NOT \(Self.isLent)")
        case .integrationUnused, .integrationWiderThanUse: return []
        }
        if let account { conditions.add("account = ?", .id(account)) }
        conditions.add(page, visible: visible)
        return try ids("credentials", conditions, page).compactMap { try credential($0) }
    }

    private static let isLent =
        "EXISTS (SELECT 1 FROM integrations i WHERE i.credential = credentials.id AND i.state <> 'revoked')"

    private func ids<Kind>(_ table: String, _ conditions: Conditions, _ page: Page) throws -> [Identifier<Kind>] {
        try statements.all(
            "SELECT id FROM \(table)\(conditions.clause) ORDER BY id LIMIT \(page.limit)", conditions.values
        ) { try $0.id(0, "id") }
    }

    package func rulesUsed(of integration: Integration, since moment: Instant) throws -> [LendRule] {
        let marks = try statements.all(
            "SELECT rule FROM lend_rules WHERE integration = $1 AND last_at > $2",
            [.id(integration.id), .moment(moment)]
        ) { try $0.needBlob(0, "lent rule") }
        return integration.allow.filter { marks.contains($0.mark) }
    }
}

extension Ledger {
    /// The store of what is looked through about held keys.
    package func heldHygiene() -> any Store<any HeldHygieneRecords> { door { $0 } }
}
