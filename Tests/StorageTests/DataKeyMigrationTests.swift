// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import SQLiteEngine
import Secrets
import TestKit
import Testing

@testable import Storage

/// A data key from when an account had one only.
@Suite struct DataKeyMigrationTests {
    @Test("a data key of an older database is number 0 in a newer one, and opens what it sealed")
    func migrated() async throws {
        let directory = try TemporaryDirectory()
        let engine = try SQLiteEngine(path: directory.path + "/old.db")
        var random = Randomness.seeded(1)
        let master = MasterKey.generate(using: &random).key
        let keyring = try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
        let account = AccountID(at: FixedTime.start, using: &random)
        let box = keyring.newDataKey(account: account.description, using: &random)
        let sealed = try keyring.dataKey(box, account: account.description).seal(
            Secret(text: "value"), for: Place("here"))
        _ = try await engine.write { statements in
            try statements.run("CREATE TABLE schema_steps (number BIGINT PRIMARY KEY)", [])
            for (offset, step) in Schema.steps.prefix(3).enumerated() {
                for sql in step { try statements.run(sql, []) }
                try statements.run("INSERT INTO schema_steps (number) VALUES ($1)", [.integer(Int64(offset + 1))])
            }
            return try statements.run(
                "INSERT INTO data_keys (account, box, created_at) VALUES ($1, $2, $3)",
                [.text(account.description), .blob(box), .moment(FixedTime.start)])
        } committed: { _ in
        }
        try await Schema.migrate(engine)
        let found = try await engine.read { statements in
            try Transaction(statements, vault: nil).newestDataKey(of: account)
        }
        let key = try #require(found)
        #expect(key.number == 0 && key.box == box && key.erasedAt == nil && key.seals == 1_000_000)
        let opened = try Vault(keyring: keyring).dataKey(key.box, of: account, number: key.number)
        #expect(try opened.open(sealed, from: Place("here")).exposed() == Array("value".utf8))
    }
}
