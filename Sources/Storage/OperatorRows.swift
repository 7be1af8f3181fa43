// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys

extension Transaction: OperatorRecords {
    package func houseAccount() throws -> AccountID? {
        try statements.first(
            "SELECT id FROM owners WHERE type = 'account' AND external_id = $1", [.text(Owner.houseExternalID)]
        ) { try $0.id(0, "house account") }
    }

    package func insert(_ person: Operator) throws {
        try statements.run(
            "INSERT INTO operators (user_id, role, accounts, key, created_at) VALUES ($1, $2, $3, $4, $5)",
            [
                .id(person.user), .text(person.role.rawValue),
                .text(person.accounts.map(\.description).joined(separator: " ")), .id(person.key),
                .moment(person.createdAt),
            ])
    }

    package func update(_ person: Operator) throws {
        try statements.run(
            "UPDATE operators SET removed_at = $1 WHERE user_id = $2", [.moment(person.removedAt), .id(person.user)])
    }

    private static let selection = """
        SELECT p.user_id, o.name, o.email, p.role, p.accounts, p.key, p.created_at, p.removed_at
        FROM operators p JOIN owners o ON o.id = p.user_id
        """

    package func person(_ id: UserID) throws -> Operator? {
        try statements.first("\(Self.selection) WHERE p.user_id = $1", [.id(id)], Self.person)
    }

    package func people(_ page: Page) throws -> [Operator] {
        var conditions = Conditions()
        conditions.add(page, visible: nil, key: "p.user_id")
        return try statements.all(
            "\(Self.selection)\(conditions.clause) ORDER BY p.user_id LIMIT \(page.limit)", conditions.values,
            Self.person)
    }

    private static func person(_ row: any Row) throws -> Operator {
        Operator(
            user: try row.id(0, "operator user"), name: try row.needText(1, "operator name"), email: row.text(2),
            role: try row.value(3, "operator role"),
            accounts: try row.needText(4, "operator accounts").split(separator: " ").map {
                try RuleText.need(AccountID($0))
            }, key: try row.id(5, "operator key"), createdAt: try row.needMoment(6, "operator created_at"),
            removedAt: row.moment(7))
    }
}

extension Ledger {
    /// The store of who signs in.
    package func operators() -> any Store<any OperatorRecords> { door { $0 } }
}
