// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import Secrets

extension Transaction: KeepingRecords {
    package func terms() throws -> [Keyring.SealedTerm] { try KeyringRows.terms(statements) }

    package func replace(_ terms: [Keyring.SealedTerm]) throws {
        for term in terms {
            try statements.run(
                "UPDATE keyring SET master_key = $2, box = $3 WHERE number = $1",
                [.integer(Int64(term.number)), .text(term.masterKeyID), .blob(term.box)])
        }
    }

    package func insert(_ term: Keyring.SealedTerm, at now: Instant) throws {
        try KeyringRows.insert(term, statements, at: now)
    }

    package func dataKeys(after: DataKey?, limit: Int) throws -> [DataKey] {
        try statements.all(
            """
            SELECT \(DataKeyRows.columns) FROM data_keys
            WHERE erased_at IS NULL AND (account > $1 OR (account = $1 AND number > $2))
            ORDER BY account, number LIMIT \(limit)
            """,
            [.text(after?.account.description ?? ""), .integer(after.map { Int64($0.number) } ?? -1)],
            DataKeyRows.key)
    }

    package func rewrap(_ key: DataKey, as box: [UInt8]) throws {
        try statements.run(
            "UPDATE data_keys SET box = $3 WHERE account = $1 AND number = $2 AND box = $4",
            [.id(key.account), .integer(Int64(key.number)), .blob(box), .blob(key.box)])
    }

    package func dataKeyCount() throws -> Int {
        try statements.first("SELECT COUNT(*) FROM data_keys WHERE erased_at IS NULL", []) {
            Int($0.integer(0) ?? 0)
        } ?? 0
    }
}

/// Terms of the keyring as rows.
package enum KeyringRows {
    /// All terms, in order.
    package static func terms(_ statements: any Statements) throws -> [Keyring.SealedTerm] {
        try statements.all("SELECT number, master_key, box FROM keyring ORDER BY number", []) { row in
            Keyring.SealedTerm(
                number: try RuleText.need(UInt32(exactly: try row.needInteger(0, "term"))),
                masterKeyID: try row.needText(1, "term master key"), box: try row.needBlob(2, "term box"))
        }
    }

    static func insert(_ term: Keyring.SealedTerm, _ statements: any Statements, at now: Instant) throws {
        try statements.run(
            "INSERT INTO keyring (number, master_key, box, created_at) VALUES ($1, $2, $3, $4)",
            [.integer(Int64(term.number)), .text(term.masterKeyID), .blob(term.box), .moment(now)])
    }
}

extension Ledger {
    /// The store of the keys above the values.
    package func keeping() -> any Store<any KeepingRecords> { door { $0 } }
}
