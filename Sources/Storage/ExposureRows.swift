// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

extension Transaction {
    private static let columns = "id, kind, credential, version, account, caller, user_id, app, reason, at"

    package func insert(_ exposure: Exposure) throws {
        try statements.run(
            "INSERT INTO exposures (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            [
                .id(exposure.id), .text(exposure.kind.rawValue), .id(exposure.credential), .integer(exposure.version),
                .id(exposure.account), .text(exposure.by), .text(exposure.user?.description),
                .text(exposure.app?.description), .text(exposure.reason), .moment(exposure.at),
            ])
    }

    package func exposures(_ filter: ExposureFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Exposure] {
        var conditions = Conditions()
        if let user = filter.user { conditions.add("user_id = ?", .id(user)) }
        if let credential = filter.credential { conditions.add("credential = ?", .id(credential)) }
        if let app = filter.app { conditions.add("app = ?", .id(app)) }
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let kind = filter.kind { conditions.add("kind = ?", .text(kind.rawValue)) }
        if let since = filter.since { conditions.add("at >= ?", .moment(since)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM exposures\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, Self.exposure)
    }

    private static func exposure(_ row: any Row) throws -> Exposure {
        Exposure(
            id: try row.id(0, "exposure id"), kind: try row.value(1, "exposure kind"),
            credential: try row.id(2, "exposure credential"), version: try row.needInteger(3, "exposure version"),
            account: try row.id(4, "exposure account"), by: try row.needText(5, "exposure caller"),
            user: try row.text(6).map { try RuleText.need(UserID($0)) },
            app: try row.text(7).map { try RuleText.need(AppID($0)) }, reason: row.text(8),
            at: try row.needMoment(9, "exposure at"))
    }
}
