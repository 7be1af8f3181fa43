// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Wire

extension Transaction {
    private static let columns = "name, title, document, created_at, updated_at, revision"

    package func provider(_ name: String) throws -> Provider? {
        try statements.first("SELECT \(Self.columns) FROM providers WHERE name = $1", [.text(name)], Self.provider)
    }

    package func providers(_ page: Page) throws -> [Provider] {
        var conditions = Conditions()
        conditions.add(page, visible: nil, key: "name")
        return try statements.all(
            "SELECT \(Self.columns) FROM providers\(conditions.clause) ORDER BY name LIMIT \(page.limit)",
            conditions.values, Self.provider)
    }

    package func put(_ provider: Provider) throws {
        try statements.run(
            """
            INSERT INTO providers (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (name) DO UPDATE SET
            title = EXCLUDED.title, document = EXCLUDED.document, updated_at = EXCLUDED.updated_at,
            revision = EXCLUDED.revision
            """,
            [
                .text(provider.name), .text(provider.title), .text(ProviderText.json(provider).text),
                .moment(provider.createdAt), .moment(provider.updatedAt), .integer(provider.revision),
            ])
        try note(.provider(provider), kind: "provider", id: provider.name)
    }

    static func provider(_ row: any Row) throws -> Provider {
        var provider = Provider(
            name: try row.needText(0, "provider name"), title: try row.needText(1, "provider title"), origins: [],
            slots: [], createdAt: try row.needMoment(3, "provider created_at"),
            updatedAt: try row.needMoment(4, "provider updated_at"),
            revision: try row.needInteger(5, "provider revision"))
        try ProviderText.read(try RuleText.parse(try row.needText(2, "provider document")), into: &provider)
        return provider
    }
}
