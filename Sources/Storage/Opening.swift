// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import IssuedKeys
package import Secrets

/// What is read and written when an installation is made or started, before there is a caller.
package enum Opening {
    /// Whether the database has been set up.
    package static func isSetUp(_ engine: any Engine) async throws -> Bool {
        try await engine.read { statements in
            try statements.first("SELECT COUNT(*) FROM heads", []) { $0.integer(0) ?? 0 } ?? 0 > 0
        }
    }

    /// Writes the first rows: the heads of the chain and the feed, and the first term of the keyring.
    package static func setUp(_ engine: any Engine, term: Keyring.SealedTerm, at now: Instant) async throws {
        try await engine.write { statements in
            for head in ["events", "changes"] {
                try statements.run(
                    "INSERT INTO heads (name, sequence, hash) VALUES ($1, 0, $2)",
                    [.text(head), .blob(EventChain.start.hash.bytes)])
            }
            try KeyringRows.insert(term, statements, at: now)
        } committed: { _ in
        }
    }

    /// The stored terms of the keyring.
    package static func keyring(_ engine: any Engine) async throws -> [Keyring.SealedTerm] {
        try await engine.read { try KeyringRows.terms($0) }
    }

    /// Fills the index with all keyspaces, owners and keys.
    package static func load(_ engine: any Engine, into index: KeyIndex) async throws {
        _ = try await engine.read { statements in
            let count = try statements.first("SELECT COUNT(*) FROM key_secrets", []) { $0.integer(0) ?? 0 } ?? 0
            index.reserve(Int(count))
            var batch = Batch(index)
            let transaction = Transaction(statements, vault: nil)
            for keyspace in try transaction.keyspaces(Page(after: nil, limit: .max)) { batch.add(.keyspace(keyspace)) }
            try statements.forEach("SELECT id, account, locked_at, quota, external_id FROM owners", []) { row in
                batch.add(
                    .owner(
                        try row.owner(0), account: try row.id(1, "owner account"), isLocked: row.integer(2) != nil,
                        quota: try row.text(3).map(AllowanceText.quota), externalID: row.text(4)))
            }
            var reader = KeyReader()
            try statements.forEach(
                """
                SELECT \(Transaction.keyColumns), \(Transaction.secretColumns)
                FROM key_secrets s JOIN keys k ON k.id = s.key
                """, []
            ) { row in batch.add(.key(try reader.key(row, secrets: [try KeyReader.secret(row, from: 22)]))) }
            batch.finish()
            return count
        }
    }

    /// Changes are put in force some thousands at a time, so that the locks are not taken for each.
    private struct Batch {
        private let index: KeyIndex
        private var changes: [KeyChange] = []

        init(_ index: KeyIndex) { self.index = index }

        mutating func add(_ change: KeyChange) {
            changes.append(change)
            if changes.count == 4096 { finish() }
        }

        mutating func finish() {
            index.apply(changes)
            changes.removeAll(keepingCapacity: true)
        }
    }

    /// Fills `lending` with all providers, credentials, data keys and integrations.
    package static func load(_ engine: any Engine, into lending: Lending, vault: Vault) async throws {
        _ = try await engine.read { statements in
            let transaction = Transaction(statements, vault: vault)
            let all = Page(after: nil, limit: .max)
            try DataKeyRows.load(statements, into: lending, vault: vault)
            lending.apply(try transaction.providers(all).map { .provider($0) })
            lending.apply(try transaction.credentials(CredentialFilter(), visible: nil, all).map { .credential($0) })
            lending.apply(try transaction.integrations(IntegrationFilter(), visible: nil, all).map { .integration($0) })
            return true
        }
    }

    /// Events after a sequence number, for whoever holds the database itself.
    package static func events(_ engine: any Engine, after: Int64, limit: Int) async throws -> [Event] {
        try await engine.read { statements in
            try Transaction(statements, vault: nil).events(EventFilter(), visible: nil, after: after, limit: limit)
        }
    }

    /// The end of the chain as the database remembers it.
    package static func chainEnd(_ engine: any Engine) async throws -> EventChain? {
        try await engine.read { statements in try Transaction(statements, vault: nil).chainEnd() }
    }
}
