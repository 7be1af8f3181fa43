// SPDX-License-Identifier: Apache-2.0
package import Access
package import Telling

extension Transaction: WebhookRecords {
    private static let columns =
        "id, account, name, url, certificate_authority, types, signing, state, ending, disabled_at, failing_since, position, created_at, updated_at, revision"

    private func webhook(_ row: any Row) throws -> Webhook {
        let id: WebhookID = try row.id(0, "webhook id")
        return Webhook(
            id: id, account: try row.text(1).map { try RuleText.need(AccountID($0)) },
            name: try row.needText(2, "webhook name"), url: try row.needText(3, "webhook url"),
            certificateAuthority: row.text(4),
            types: try row.needText(5, "webhook types").split(separator: " ").map {
                try RuleText.need(EventPattern($0))
            },
            signing: try row.value(6, "webhook signing"), secrets: try secrets(of: id),
            state: try row.value(7, "webhook state"),
            ending: try row.text(8).map { try RuleText.need(Webhook.Ending(rawValue: $0)) },
            disabledAt: row.moment(9), failingSince: row.moment(10),
            position: try row.needInteger(11, "webhook position"),
            createdAt: try row.needMoment(12, "webhook created_at"),
            updatedAt: try row.needMoment(13, "webhook updated_at"),
            revision: try row.needInteger(14, "webhook revision"))
    }

    private func secrets(of id: WebhookID) throws -> [WebhookSecret] {
        try statements.all(
            "SELECT number, box, public_key, created_at, ends_at FROM webhook_secrets WHERE webhook = $1 ORDER BY number",
            [.id(id)]
        ) { row in
            WebhookSecret(
                number: try row.needInteger(0, "webhook secret number"), box: try row.needBlob(1, "webhook secret"),
                publicKey: row.blob(2), createdAt: try row.needMoment(3, "webhook secret created_at"),
                endsAt: row.moment(4))
        }
    }

    package func webhook(_ id: WebhookID) throws -> Webhook? {
        try statements.first("SELECT \(Self.columns) FROM webhooks WHERE id = $1", [.id(id)], webhook)
    }

    package func webhooks(_ filter: WebhookFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Webhook] {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let state = filter.state { conditions.add("state = ?", .text(state.rawValue)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM webhooks\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, webhook)
    }

    package func webhookCount(of account: AccountID?) throws -> Int {
        var conditions = Conditions()
        if let account { conditions.add("account = ?", .id(account)) }
        let count = try statements.first("SELECT COUNT(*) FROM webhooks\(conditions.clause)", conditions.values) {
            try $0.needInteger(0, "webhook count")
        }
        return Int(count ?? 0)
    }

    package func insert(_ webhook: Webhook) throws {
        try statements.run(
            """
            INSERT INTO webhooks (\(Self.columns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
            """,
            [.id(webhook.id), webhook.account.map { .id($0) } ?? .null] + Self.changeable(webhook) + [
                .moment(webhook.createdAt), .moment(webhook.updatedAt), .integer(webhook.revision),
            ])
        try write(webhook.secrets, of: webhook.id)
        effects.webhooksChanged = true
    }

    package func update(_ webhook: Webhook) throws {
        try statements.run(
            """
            UPDATE webhooks SET name = $1, url = $2, certificate_authority = $3, types = $4, signing = $5, state = $6,
            ending = $7, disabled_at = $8, failing_since = $9, position = $10, updated_at = $11, revision = $12
            WHERE id = $13
            """,
            Self.changeable(webhook) + [
                .moment(webhook.updatedAt), .integer(webhook.revision), .id(webhook.id),
            ])
        try write(webhook.secrets, of: webhook.id)
        effects.webhooksChanged = true
    }

    private static func changeable(_ webhook: Webhook) -> [SQLValue] {
        [
            .text(webhook.name), .text(webhook.url), .text(webhook.certificateAuthority),
            .text(webhook.types.map(\.description).joined(separator: " ")), .text(webhook.signing.rawValue),
            .text(webhook.state.rawValue), .text(webhook.ending?.rawValue), .moment(webhook.disabledAt),
            .moment(webhook.failingSince), .integer(webhook.position),
        ]
    }

    private func write(_ secrets: [WebhookSecret], of id: WebhookID) throws {
        try statements.run("DELETE FROM webhook_secrets WHERE webhook = $1", [.id(id)])
        for secret in secrets {
            try statements.run(
                """
                INSERT INTO webhook_secrets (webhook, number, box, public_key, created_at, ends_at)
                VALUES ($1, $2, $3, $4, $5, $6)
                """,
                [
                    .id(id), .integer(secret.number), .blob(secret.box), secret.publicKey.map { .blob($0) } ?? .null,
                    .moment(secret.createdAt), .moment(secret.endsAt),
                ])
        }
    }

    package func remove(_ webhook: WebhookID) throws {
        for (table, column) in [("webhook_deliveries", "webhook"), ("webhook_secrets", "webhook"), ("webhooks", "id")] {
            try statements.run("DELETE FROM \(table) WHERE \(column) = $1", [.id(webhook)])
        }
        effects.webhooksChanged = true
    }

    package func newestEvent() throws -> Int64 {
        try statements.first("SELECT sequence FROM heads WHERE name = 'events'", []) {
            try $0.needInteger(0, "events head")
        } ?? 0
    }
}
