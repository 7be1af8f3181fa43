// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Secrets

extension Transaction: DataKeyRecords {
    package func newestDataKey(of account: AccountID) throws -> DataKey? {
        try statements.first(
            "SELECT \(DataKeyRows.columns) FROM data_keys WHERE account = $1 ORDER BY number DESC LIMIT 1",
            [.id(account)], DataKeyRows.key)
    }

    package func dataKey(of account: AccountID, number: UInt32) throws -> DataKey? {
        try statements.first(
            "SELECT \(DataKeyRows.columns) FROM data_keys WHERE account = $1 AND number = $2",
            [.id(account), .integer(Int64(number))], DataKeyRows.key)
    }

    package func insert(_ key: DataKey) throws {
        guard let vault else { throw StorageFailure.engine("no vault is open") }
        try DataKeyRows.insert(key, statements)
        let sealing = try vault.dataKey(key.box, of: key.account, number: key.number)
        try note(.dataKey(key.account, sealing), kind: "data_key", id: key.account.description)
    }

    package func eraseDataKeys(of account: AccountID, at now: Instant) throws -> Int {
        let count = try statements.run(
            "UPDATE data_keys SET box = $2, erased_at = $3 WHERE account = $1 AND erased_at IS NULL",
            [.id(account), .blob([UInt8](repeating: 0, count: DataKeyRows.boxLength)), .moment(now)])
        if count == 0, try newestDataKey(of: account) == nil {
            try DataKeyRows.insert(
                DataKey(account: account, number: 0, box: [], seals: 0, createdAt: now, erasedAt: now), statements)
        }
        try note(.erasedDataKeys(account), kind: "data_key", id: account.description)
        return count
    }
}

/// Data keys as rows.
package enum DataKeyRows {
    static let columns = "account, number, box, seals, created_at, erased_at"

    /// Header, nonce, key and tag: what a wrapped key takes, so that zeros of the same length stand in its very place.
    static let boxLength = 5 + 12 + 32 + 16

    static func key(_ row: any Row) throws -> DataKey {
        DataKey(
            account: try row.id(0, "data key account"),
            number: try RuleText.need(UInt32(exactly: try row.needInteger(1, "data key number"))),
            box: try row.needBlob(2, "data key"), seals: try row.needInteger(3, "data key seals"),
            createdAt: try row.needMoment(4, "data key created_at"), erasedAt: row.moment(5))
    }

    static func insert(_ key: DataKey, _ statements: any Statements) throws {
        try statements.run(
            "INSERT INTO data_keys (\(columns)) VALUES ($1, $2, $3, $4, $5, $6)",
            [
                .id(key.account), .integer(Int64(key.number)), .blob(key.box), .integer(key.seals),
                .moment(key.createdAt), .moment(key.erasedAt),
            ])
    }

    /// Opens all that are not erased, so that values can be lent.
    static func load(_ statements: any Statements, into lending: Lending, vault: Vault) throws {
        lending.apply(
            try statements.all("SELECT \(columns) FROM data_keys WHERE erased_at IS NULL", []) { row in
                let key = try key(row)
                return .dataKey(key.account, try vault.dataKey(key.box, of: key.account, number: key.number))
            })
    }
}

extension Ledger: SealCounts {
    package func reserve(_ count: Int64, of account: AccountID) async throws -> DataKey? {
        try await write { transaction in
            try transaction.statements.run(
                """
                UPDATE data_keys SET seals = seals + $2 WHERE account = $1 AND erased_at IS NULL
                AND number = (SELECT MAX(number) FROM data_keys WHERE account = $1)
                """, [.id(account), .integer(count)])
            return try transaction.newestDataKey(of: account)
        }
    }
}
