// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

@Suite struct VaultTests {
    private static let allow = [LendRule.of(["*"], "/**")]

    private func scene() async throws -> (world: World, account: AccountID, app: AppID) {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        try await world.describeCarrier()
        return (world, account, app)
    }

    private func lend(_ world: World, _ app: AppID, _ credential: Credential, as name: String) async throws {
        _ = try await world.integrations.grant(
            by: .setup, .init(name: name, app: app, credential: credential.id, allow: Self.allow), at: FixedTime.start)
    }

    @Test("a held value is lent at once, and again after a restart")
    func lentAtOnce() async throws {
        let (world, account, app) = try await scene()
        try await lend(world, app, try await world.hold(for: account, value: "sk_live_one"), as: "labels")
        #expect(try world.lentValue(app, "labels") == "sk_live_one")
        #expect(try await world.reopened().lentValue(app, "labels") == "sk_live_one")
    }

    @Test("many first credentials of one account at once share one data key, and all open")
    func firstDataKey() async throws {
        let (world, account, app) = try await scene()
        let credentials = try await withThrowingTaskGroup(of: Credential.self) { group in
            for number in 0..<16 {
                group.addTask { try await world.hold(for: account, value: "value \(number)", name: "\(number)") }
            }
            return try await group.reduce(into: [Credential]()) { $0.append($1) }
        }
        #expect(try await world.texts("SELECT account FROM data_keys") == [account.description])
        for credential in credentials { try await lend(world, app, credential, as: "i" + credential.name) }
        let reopened = try await world.reopened()
        for number in 0..<16 {
            #expect(try world.lentValue(app, "i\(number)") == "value \(number)")
            #expect(try reopened.lentValue(app, "i\(number)") == "value \(number)")
        }
        _ = try await world.trail()
    }

    @Test("a data key of a refused credential is not kept")
    func noDataKeyLeft() async throws {
        let world = try await World.make()
        let (account, _) = try await world.customer("one")
        await #expect(throws: Refusal.self) { try await world.hold(for: account) }
        #expect(try await world.texts("SELECT account FROM data_keys") == [])
    }

    @Test("the plain value is nowhere in the database files, nor is a key's text, in any of five writings")
    func nowhere() async throws {
        let (world, account, app) = try await scene()
        let value = "canary-9f8e7d6c5b4a"
        try await lend(world, app, try await world.hold(for: account, value: value), as: "labels")
        let issued = try await world.issue(for: .app(app))
        #expect(try world.lentValue(app, "labels") == value)
        let files = try world.directory.files()
        #expect(files.keys.contains("bitting.db") && files.keys.contains("bitting.db-wal"))
        let fromKey = Array(issued.text.dropFirst(10))
        #expect(
            files.values.contains { Self.holds($0, Array(issued.key.hint.utf8)) },
            "what is stored is found by this search")
        for secret in [Array(value.utf8), fromKey] {
            for needle in Self.writings(secret) {
                for (name, bytes) in files { #expect(!Self.holds(bytes, needle), "\(name)") }
            }
        }
    }

    private static func writings(_ secret: [UInt8]) -> [[UInt8]] {
        let hex = Hexadecimal.text(secret)
        return [
            secret, Array(hex.utf8), Array(hex.uppercased().utf8), secret.flatMap { [$0, 0] }, secret.reversed(),
        ]
    }

    static func holds(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard bytes.count >= needle.count, let first = needle.first else { return false }
        for start in 0...(bytes.count - needle.count) where bytes[start] == first {
            if bytes[start..<(start + needle.count)].elementsEqual(needle) { return true }
        }
        return false
    }

    @Test(
        "a ciphertext moved to another row of the database, or set back to an older one, is not lent",
        arguments: [
            // Between two credentials of one account.
            "UPDATE credential_versions SET box = (SELECT box FROM credential_versions WHERE credential = $2) WHERE credential = $1",
            // With its version's id and number, as a whole row.
            """
            UPDATE credential_versions SET (box, fingerprint, created_at) =
            (SELECT box, fingerprint, created_at FROM credential_versions WHERE credential = $2) WHERE credential = $1
            """,
            // The whole row under the other credential.
            "UPDATE credential_versions SET credential = CASE credential WHEN $1 THEN $2 ELSE $1 END WHERE credential IN ($1, $2)",
            // The same ciphertext as a later version.
            "UPDATE credential_versions SET number = 2 WHERE credential = $1 AND $2 = $2",
            // A credential handed to another account with its data key.
            "UPDATE credentials SET account = 'acc_00000000000000000000000009' WHERE id = $1 AND $2 = $2",
        ])
    func moved(sql: String) async throws {
        let (world, account, app) = try await scene()
        let one = try await world.hold(for: account, value: "one", name: "one")
        let two = try await world.hold(for: account, value: "two", name: "two")
        try await lend(world, app, one, as: "labels")
        #expect(try await world.reopened().lentValue(app, "labels") == "one")
        let intruder = try SQLiteEngine(path: world.directory.path + "/bitting.db")
        _ = try await intruder.write { statements in
            try statements.run("DROP INDEX credential_versions_by_number", [])
            try statements.run(sql, [.text(one.id.description), .text(two.id.description)])
        } committed: { _ in
        }
        let reopened = try await world.reopened()
        #expect(throws: SealFailure.refused) { _ = try reopened.lentValue(app, "labels") }
    }

    @Test("another account's data key, or an altered one, stops the start")
    func movedDataKey() async throws {
        let (world, account, _) = try await scene()
        let (other, _) = try await world.customer("two")
        try await world.hold(for: account)
        try await world.hold(for: other)
        _ = try await world.engine.write { statements in
            try statements.run(
                "UPDATE data_keys SET box = (SELECT box FROM data_keys WHERE account = $2) WHERE account = $1",
                [.text(account.description), .text(other.description)])
        } committed: { _ in
        }
        await #expect(throws: SealFailure.refused) { _ = try await world.reopened() }
    }
}
