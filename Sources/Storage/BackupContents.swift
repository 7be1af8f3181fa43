// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import Secrets
internal import Wire

/// What is read from a copy of the database on its way into a backup, and checked and put back on its way out.
package enum BackupContents {
    /// What a copy says of itself.
    package struct Facts: Equatable, Sendable {
        package let installation: String
        package let schemaStep: Int64
        package let chainEnd: EventChain
        package let terms: [Keyring.SealedTerm]
    }

    /// The newest step of the schema that this program knows.
    package static var newestStep: Int64 { Int64(Schema.steps.count) }

    /// Reads the facts. Throws ``StorageFailure/unreadable(_:)`` when the copy is no installation.
    package static func facts(_ statements: any Statements) throws -> Facts {
        let step = try statements.first("SELECT MAX(number) FROM schema_steps", []) { $0.integer(0) }
        let first = try statements.first("SELECT hash FROM events WHERE sequence = 1", []) {
            try $0.needBlob(0, "first event")
        }
        guard let end = try Transaction(statements, vault: nil).chainEnd(), let step = step ?? nil, let first else {
            throw StorageFailure.unreadable("installation")
        }
        return Facts(
            installation: Hexadecimal.text(Array(first.prefix(8))), schemaStep: step, chainEnd: end,
            terms: try KeyringRows.terms(statements))
    }

    /// Follows the audit trail from its first event to the end that is remembered; throws `EventChain.Break`, or
    /// ``StorageFailure/unreadable(_:)`` when the end is another one.
    package static func followTrail(_ statements: any Statements, to end: EventChain) throws {
        var chain = EventChain.start
        try statements.forEach("SELECT \(Transaction.eventColumns) FROM events ORDER BY sequence", []) { row in
            try chain.follow(try Transaction.event(row))
        }
        guard chain == end else { throw StorageFailure.unreadable("end of the audit trail") }
    }

    /// Takes all data keys out of a copy: what is left cannot be opened without them.
    package static func takeDataKeys(_ statements: any Statements) throws -> [DataKey] {
        let keys = try statements.all(
            "SELECT \(DataKeyRows.columns) FROM data_keys ORDER BY account, number", [], DataKeyRows.key)
        try statements.run("DELETE FROM data_keys", [])
        return keys
    }

    /// Puts data keys and terms into a copy that has none. Accounts that were erased stay so: their integrations are
    /// revoked.
    package static func put(
        _ keys: [DataKey], _ terms: [Keyring.SealedTerm], _ statements: any Statements, at now: Instant
    ) throws {
        try statements.run("DELETE FROM data_keys", [])
        try statements.run("DELETE FROM keyring", [])
        for term in terms { try KeyringRows.insert(term, statements, at: now) }
        for key in keys {
            try DataKeyRows.insert(key, statements)
            guard key.erasedAt != nil else { continue }
            try statements.run(
                "UPDATE integrations SET state = 'revoked' WHERE account = $1 AND state <> 'revoked'",
                [.id(key.account)])
        }
    }

    /// The accounts that have values whose data key is not among these.
    package static func accountsWithoutKey(_ statements: any Statements, _ keys: [DataKey]) throws -> [AccountID] {
        var known: [AccountID: Set<UInt32>] = [:]
        for key in keys { known[key.account, default: []].insert(key.number) }
        let erased = Set(keys.filter { $0.erasedAt != nil }.map(\.account))
        var missing = Set<AccountID>()
        try statements.forEach(
            """
            SELECT DISTINCT c.account, substr(v.box, 1, 4) FROM credential_versions v
            JOIN credentials c ON c.id = v.credential
            """, []
        ) { row in
            let account: AccountID = try row.id(0, "credential account")
            guard let number = row.blob(1).flatMap({ SealingKey.term(of: $0) }), !erased.contains(account) else {
                return
            }
            if known[account]?.contains(number) != true { missing.insert(account) }
        }
        return missing.sorted { $0.description < $1.description }
    }
}

extension BackupContents {
    /// Data keys as text, one a line. They are wrapped under the keyring still.
    package static func text(_ keys: [DataKey]) -> [UInt8] {
        keys.flatMap { key in
            let json: JSON = [
                "account": .string(key.account.description), "number": .integer(Int64(key.number)),
                "box": .string(Hexadecimal.text(key.box)), "seals": .integer(key.seals),
                "created_at": .integer(key.createdAt.milliseconds),
                "erased_at": key.erasedAt.map { .integer($0.milliseconds) } ?? .null,
            ]
            return Array((json.text + "\n").utf8)
        }
    }

    /// Reads what ``text(_:)`` wrote; nil for anything else.
    package static func dataKeys(_ text: [UInt8]) -> [DataKey]? {
        let keys = text.split(separator: 0x0A).map { line -> DataKey? in
            guard let json = try? JSON.parse(Array(line)),
                let account = json["account"]?.asString.flatMap({ AccountID($0) }),
                let number = json["number"]?.asInteger.flatMap({ UInt32(exactly: $0) }),
                let box = json["box"]?.asString.flatMap({ Hexadecimal.bytes($0) }),
                let seals = json["seals"]?.asInteger, let created = json["created_at"]?.asInteger
            else { return nil }
            return DataKey(
                account: account, number: number, box: box, seals: seals, createdAt: Instant(milliseconds: created),
                erasedAt: json["erased_at"]?.asInteger.map(Instant.init(milliseconds:)))
        }
        return keys.contains(nil) ? nil : keys.compactMap(\.self)
    }
}
