// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

@Suite struct BackupHeadTests {
    private static func head(recipe: PassphraseRecipe? = nil) -> BackupHead {
        BackupHead(
            kind: .dataKeys, installation: "0123456789abcdef", createdAt: FixedTime.start,
            masterKeyID: "fedcba9876543210",
            schemaStep: 4, chainEnd: EventChain(sequence: 9, hash: Digest(zero: ())),
            terms: [
                .init(number: 1, masterKeyID: "fedcba9876543210", box: [1, 2, 3]),
                .init(number: 2, masterKeyID: "x", box: []),
            ],
            recipe: recipe, salt: [UInt8](repeating: 7, count: 16))
    }

    @Test("a head reads back as it was written")
    func roundTrip() throws {
        #expect(BackupHead(text: Self.head().text) == Self.head())
        let recipe = PassphraseRecipe(
            "bitting-passphrase-1 0123456789abcdef scrypt 131072 8 1 \(String(repeating: "0a", count: 16))")
        #expect(recipe != nil)
        #expect(BackupHead(text: Self.head(recipe: recipe).text) == Self.head(recipe: recipe))
    }

    @Test("a text cut short or altered in a name is no head")
    func junk() {
        let text = Self.head().text
        for count in 0..<text.count { #expect(BackupHead(text: Array(text.prefix(count))) == nil) }
        for name in ["kind", "data_keys", "created_at", "last_hash", "terms", "salt", "box"] {
            let altered = String(decoding: text, as: UTF8.self).split(separator: name, maxSplits: 1).joined(
                separator: "x")
            #expect(BackupHead(text: Array(altered.utf8)) == nil, "\(name)")
        }
    }

    @Test("data keys read back as they were written, erased ones too")
    func dataKeys() throws {
        var random = Randomness.seeded(1)
        let keys = (0..<50).map { number in
            DataKey(
                account: AccountID(at: FixedTime.start, using: &random), number: UInt32(number),
                box: [UInt8](repeating: UInt8(number), count: number), seals: Int64(number) << 33,
                createdAt: FixedTime.start, erasedAt: number % 3 == 0 ? FixedTime.start : nil)
        }
        #expect(BackupContents.dataKeys(BackupContents.text(keys)) == keys)
        #expect(BackupContents.dataKeys([]) == [])
        #expect(BackupContents.dataKeys(Array("{}\n".utf8)) == nil)
    }

    @Test("a copy is sound and whole, has no data keys left in its bytes, and gets them back")
    func copy() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        try await world.describeCarrier()
        let credential = try await world.hold(for: account, value: "kept")
        _ = try await world.integrations.grant(
            by: .setup, .init(name: "x", app: app, credential: credential.id, allow: [LendRule.of(["*"], "/**")]),
            at: FixedTime.start)
        let path = world.directory.path + "/copy.db"
        try await world.engine.copy(to: path)
        let copy = try SQLiteFile(path: path)
        #expect(try copy.isSound())
        let facts = try copy.change(BackupContents.facts)
        let (events, terms) = (try await world.trail(), try await Opening.keyring(world.engine))
        #expect(facts.chainEnd.sequence == Int64(events.count))
        #expect(facts.terms == terms)
        try copy.change { try BackupContents.followTrail($0, to: facts.chainEnd) }
        let keys = try copy.change(BackupContents.takeDataKeys)
        #expect(keys.count == 1)
        let without = try copy.change { try BackupContents.accountsWithoutKey($0, []) }
        let with = try copy.change { try BackupContents.accountsWithoutKey($0, keys) }
        #expect(without == [account] && with == [])
        let bytes = try #require(try world.directory.files()["copy.db"])
        #expect(!VaultTests.holds(bytes, keys[0].box))
        #expect(VaultTests.holds(bytes, Array("carrier".utf8)), "the search would find it")
        try copy.change { try BackupContents.put(keys, facts.terms, $0, at: FixedTime.start) }
        try copy.close()
        let engine = try SQLiteEngine(path: path)
        let lending = Lending()
        try await Opening.load(engine, into: lending, vault: world.vault)
        #expect(lending.size.integrations == 1)
    }

    @Test("a trail that was altered in a copy is found, and an end that is another one")
    func brokenTrail() async throws {
        let world = try await World.make()
        _ = try await world.customer("one")
        let path = world.directory.path + "/copy.db"
        try await world.engine.copy(to: path)
        let copy = try SQLiteFile(path: path)
        let facts = try copy.change(BackupContents.facts)
        #expect(throws: StorageFailure.self) {
            try copy.change { try BackupContents.followTrail($0, to: .start) }
        }
        _ = try copy.change { try $0.run("UPDATE events SET action = 'x' WHERE sequence = 2", []) }
        #expect(throws: EventChain.Break.self) {
            try copy.change { try BackupContents.followTrail($0, to: facts.chainEnd) }
        }
    }
}
