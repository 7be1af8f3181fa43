// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Wire

extension Transaction {
    private static let columns =
        """
        id, name, app, account, credential, allow, expires_at, state, created_at, updated_at, revision, limits, quota,
        reveals, care
        """

    static func integration(_ row: any Row) throws -> Integration {
        var integration = Integration(
            id: try row.id(0, "integration id"), name: try row.needText(1, "integration name"),
            app: try row.id(2, "integration app"), account: try row.id(3, "integration account"),
            credential: try row.id(4, "integration credential"),
            allow: try LendRuleText.rules(try RuleText.parse(try row.needText(5, "integration allow"))),
            expiresAt: row.moment(6), state: try row.value(7, "integration state"),
            createdAt: try row.needMoment(8, "integration created_at"),
            updatedAt: try row.needMoment(9, "integration updated_at"),
            revision: try row.needInteger(10, "integration revision"))
        integration.limits = try row.text(11).map(AllowanceText.limits) ?? []
        integration.quota = try row.text(12).map(AllowanceText.quota)
        integration.reveals = try row.needInteger(13, "integration reveals") != 0
        integration.care = try LendRuleText.care(try RuleText.parse(try row.needText(14, "integration care")))
        return integration
    }

    package func integration(_ id: IntegrationID) throws -> Integration? {
        try statements.first("SELECT \(Self.columns) FROM integrations WHERE id = $1", [.id(id)], Self.integration)
    }

    package func integrations(_ filter: IntegrationFilter, visible: Set<AccountID>?, _ page: Page) throws
        -> [Integration]
    {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let app = filter.app { conditions.add("app = ?", .id(app)) }
        if let credential = filter.credential { conditions.add("credential = ?", .id(credential)) }
        if let state = filter.state { conditions.add("state = ?", .text(state.rawValue)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM integrations\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, Self.integration)
    }

    package func insert(_ integration: Integration) throws {
        try refuseIfFrozen(.account(integration.account), .app(integration.app))
        try insert(
            "INSERT INTO integrations (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
            [
                .id(integration.id), .text(integration.name), .id(integration.app), .id(integration.account),
                .id(integration.credential), .text(LendRuleText.json(integration.allow).text),
                .moment(integration.expiresAt),
                .text(integration.state.rawValue), .moment(integration.createdAt), .moment(integration.updatedAt),
                .integer(integration.revision),
                .text(integration.limits.isEmpty ? nil : AllowanceText.text(integration.limits)),
                .text(integration.quota.map(AllowanceText.text)), .integer(integration.reveals ? 1 : 0),
                .text(LendRuleText.json(integration.care).text),
            ], ifTaken: "The app has an integration of this name.",
            fix: "Choose another name; names stay taken after a revoke.")
        try note(.integration(integration), kind: "integration", id: integration.id.description)
    }

    package func update(_ integration: Integration) throws {
        try statements.run(
            """
            UPDATE integrations SET allow = $1, expires_at = $2, state = $3, updated_at = $4, revision = $5, limits = $6,
            quota = $7, reveals = $8, care = $9 WHERE id = $10
            """,
            [
                .text(LendRuleText.json(integration.allow).text), .moment(integration.expiresAt),
                .text(integration.state.rawValue), .moment(integration.updatedAt), .integer(integration.revision),
                .text(integration.limits.isEmpty ? nil : AllowanceText.text(integration.limits)),
                .text(integration.quota.map(AllowanceText.text)), .integer(integration.reveals ? 1 : 0),
                .text(LendRuleText.json(integration.care).text), .id(integration.id),
            ])
        try note(.integration(integration), kind: "integration", id: integration.id.description)
    }
}
