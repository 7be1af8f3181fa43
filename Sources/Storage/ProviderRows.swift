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
                .text(provider.name), .text(provider.title), .text(Self.document(provider).text),
                .moment(provider.createdAt), .moment(provider.updatedAt), .integer(provider.revision),
            ])
        try note(.provider(provider), kind: "provider", id: provider.name)
    }

    private static func document(_ provider: Provider) -> JSON {
        .object([
            .init(name: "origins", value: .array(provider.origins.map { .string($0.description) })),
            .init(name: "slot", value: slot(provider.slot)),
            .init(name: "private", value: .array(provider.allowedPrivateAddresses.map { .string($0.description) })),
            .init(name: "ca", value: provider.certificateAuthority.map { .string($0) } ?? .null),
            .init(
                name: "sets",
                value: .object(provider.permissionSets.map { .init(name: $0.name, value: RuleText.json($0.routes)) })),
        ])
    }

    private static func slot(_ slot: CredentialSlot) -> JSON {
        switch slot {
        case .header(let name, let format): ["in": "header", "name": .string(name), "format": .string(format.text)]
        case .basic(let format): ["in": "basic", "format": .string(format.text)]
        case .query(let name, let format): ["in": "query", "name": .string(name), "format": .string(format.text)]
        }
    }

    private static func slot(_ json: JSON?) throws -> CredentialSlot {
        let format = try RuleText.need(SlotFormat(try RuleText.need(json?["format"]?.asString)))
        switch json?["in"]?.asString {
        case "header": return .header(name: try RuleText.need(json?["name"]?.asString), format: format)
        case "basic": return .basic(format: format)
        case "query": return .query(name: try RuleText.need(json?["name"]?.asString), format: format)
        default: throw StorageFailure.unreadable("provider slot")
        }
    }

    static func provider(_ row: any Row) throws -> Provider {
        let document = try RuleText.parse(try row.needText(2, "provider document"))
        return Provider(
            name: try row.needText(0, "provider name"), title: try row.needText(1, "provider title"),
            origins: try RuleText.strings(document["origins"]).map { try RuleText.need(Origin($0)) },
            slot: try slot(document["slot"]),
            allowedPrivateAddresses: try RuleText.strings(document["private"]).map {
                try RuleText.need(AddressRange($0))
            },
            certificateAuthority: document["ca"]?.asString,
            permissionSets: try RuleText.need(document["sets"]?.asObject).map { member in
                Provider.PermissionSet(name: member.name, routes: try RuleText.routes(member.value))
            },
            createdAt: try row.needMoment(3, "provider created_at"),
            updatedAt: try row.needMoment(4, "provider updated_at"),
            revision: try row.needInteger(5, "provider revision"))
    }
}
