// SPDX-License-Identifier: Apache-2.0
package import Access
internal import IssuedKeys

extension Transaction: OwnerRecords {
    private static let columns =
        "id, account, name, external_id, email, metadata, quota, locked_at, created_at, updated_at, revision"

    static func owner(_ row: any Row) throws -> Owner {
        Owner(
            id: try row.owner(0), account: try row.id(1, "owner account"), name: try row.needText(2, "owner name"),
            externalID: row.text(3), email: row.text(4), metadata: try row.needText(5, "owner metadata"),
            quota: try row.text(6).map(AllowanceText.quota), lockedAt: row.moment(7),
            createdAt: try row.needMoment(8, "owner created_at"),
            updatedAt: try row.needMoment(9, "owner updated_at"), revision: try row.needInteger(10, "owner revision"))
    }

    package func owner(_ id: OwnerID) throws -> Owner? {
        try statements.first("SELECT \(Self.columns) FROM owners WHERE id = $1", [.text(id.description)], Self.owner)
    }

    package func insert(_ owner: Owner) throws {
        try refuseIfFrozen(.account(owner.account))
        try insert(
            """
            INSERT INTO owners (id, type, account, name, external_place, external_id, email, metadata, quota, locked_at,
            created_at, updated_at, revision) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .text(owner.id.description), .text(owner.id.type.rawValue), .id(owner.account), .text(owner.name),
                .text(Self.externalPlace(owner)), .text(owner.externalID), .text(owner.email), .text(owner.metadata),
                .text(owner.quota.map(AllowanceText.text)), .moment(owner.lockedAt), .moment(owner.createdAt),
                .moment(owner.updatedAt), .integer(owner.revision),
            ], ifTaken: Self.takenDetail(owner), fix: Self.takenFix)
        try noteOwner(owner)
    }

    package func update(_ owner: Owner) throws {
        try insert(
            """
            UPDATE owners SET name = $1, external_id = $2, email = $3, metadata = $4, quota = $5, locked_at = $6,
            updated_at = $7, revision = $8 WHERE id = $9
            """,
            [
                .text(owner.name), .text(owner.externalID), .text(owner.email), .text(owner.metadata),
                .text(owner.quota.map(AllowanceText.text)), .moment(owner.lockedAt), .moment(owner.updatedAt),
                .integer(owner.revision),
                .text(owner.id.description),
            ], ifTaken: Self.takenDetail(owner), fix: Self.takenFix)
        try noteOwner(owner)
    }

    private func noteOwner(_ owner: Owner) throws {
        try note(
            .owner(
                owner.id, account: owner.account, isLocked: owner.lockedAt != nil, quota: owner.quota,
                externalID: owner.externalID),
            kind: "owner",
            id: owner.id.description)
    }

    /// External ids of accounts are unique everywhere, those of apps and users within their account.
    private static func externalPlace(_ owner: Owner) -> String {
        owner.id.type == .account ? "" : owner.account.description
    }

    private static func takenDetail(_ owner: Owner) -> String {
        "Another \(owner.id.type.rawValue) has this external_id."
    }
    private static let takenFix =
        "Use the one that exists (`?external_id=` finds accounts), or choose another external_id."

    package func owners(_ filter: OwnerFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Owner] {
        var conditions = Conditions()
        conditions.add("type = ?", .text(filter.type.rawValue))
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let externalID = filter.externalID { conditions.add("external_id = ?", .text(externalID)) }
        if let locked = filter.locked { conditions.add(locked ? "locked_at IS NOT NULL" : "locked_at IS NULL") }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM owners\(conditions.clause) ORDER BY id LIMIT \(page.limit)", conditions.values,
            Self.owner)
    }
}
