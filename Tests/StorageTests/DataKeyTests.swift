// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

/// Which data key seals, how often, and what remains when it is followed or destroyed.
@Suite struct DataKeyTests {
    private func scene(_ bounds: SealBounds = SealBounds()) async throws -> (
        world: World, account: AccountID, app: AppID
    ) {
        let world = try await World.make(bounds: bounds)
        let (account, app) = try await world.customer("one")
        try await world.describeCarrier()
        return (world, account, app)
    }

    private func lend(_ world: World, _ app: AppID, _ credential: Credential) async throws {
        _ = try await world.integrations.grant(
            by: .setup,
            .init(name: credential.name, app: app, credential: credential.id, allow: [LendRule.of(["*"], "/**")]),
            at: FixedTime.start)
    }

    private func seals(_ world: World) async throws -> [String] {
        try await world.texts("SELECT number || ':' || seals FROM data_keys ORDER BY number").compactMap(\.self)
    }

    @Test("seals are reserved in blocks, before they are made, and never fewer than are made")
    func counted() async throws {
        let (world, account, _) = try await scene(SealBounds(block: 4, most: 1000))
        for number in 1...20 {
            try await world.hold(for: account, name: "\(number)")
            let counted = try await world.texts("SELECT CAST(SUM(seals) AS TEXT) FROM data_keys")
            let count = try #require(counted.compactMap(\.self).first.flatMap { Int($0) })
            #expect(count >= number)
            #expect(count <= number + 8)
        }
    }

    @Test("what a start lost of a block stays counted")
    func countedAcrossStarts() async throws {
        let (world, account, _) = try await scene(SealBounds(block: 100, most: 100_000))
        try await world.hold(for: account, name: "a")
        try await world.hold(for: account, name: "b")
        #expect(try await seals(world) == ["0:200"])
        try await world.reopened().hold(for: account, name: "c")
        #expect(try await seals(world) == ["0:1224"])
    }

    @Test("a key that has sealed enough is followed by a new one, and all values still open")
    func followed() async throws {
        let (world, account, app) = try await scene(SealBounds(block: 3, most: 9))
        for number in 1...40 {
            try await lend(world, app, try await world.hold(for: account, value: "value \(number)", name: "i\(number)"))
        }
        let keys = try await seals(world)
        #expect(keys.count >= 4)
        // Each number is used, and none sealed more than it may, however generously counted.
        let boxes = try await world.texts("SELECT hex(substr(box, 1, 4)) FROM credential_versions")
        #expect(Set(boxes).count == keys.count)
        for number in Set(boxes) { #expect(boxes.count { $0 == number } <= 9) }
        let reopened = try await world.reopened()
        for number in 1...40 {
            #expect(try world.lentValue(app, "i\(number)") == "value \(number)")
            #expect(try reopened.lentValue(app, "i\(number)") == "value \(number)")
        }
    }

    @Test("many at once across the end of a key: no value is lost, no number is skipped")
    func followedAtOnce() async throws {
        let (world, account, app) = try await scene(SealBounds(block: 1, most: 4))
        let held = try await withThrowingTaskGroup(of: Credential.self) { group in
            for number in 0..<30 {
                group.addTask { try await world.hold(for: account, value: "v\(number)", name: "v\(number)") }
            }
            return try await group.reduce(into: [Credential]()) { $0.append($1) }
        }
        for credential in held { try await lend(world, app, credential) }
        let reopened = try await world.reopened()
        for number in 0..<30 { #expect(try reopened.lentValue(app, "v\(number)") == "v\(number)") }
        let numbers = try await world.texts("SELECT CAST(number AS TEXT) FROM data_keys ORDER BY number")
        #expect(numbers == (0..<numbers.count).map { String($0) })
        _ = try await world.trail()
    }

    @Test("a version whose ciphertext names another data key is not lent")
    func renumbered() async throws {
        let (world, account, app) = try await scene(SealBounds(block: 1, most: 1))
        for name in ["a", "b"] {
            try await lend(world, app, try await world.hold(for: account, value: name, name: name))
        }
        try await world.hold(for: account, name: "c")
        #expect(try await seals(world).count >= 2)
        _ = try await world.engine.write { statements in
            try statements.run(
                "UPDATE credential_versions SET box = x'00000001' || substr(box, 5) WHERE substr(box, 1, 4) = x'00000000'",
                [])
        } committed: { _ in
        }
        let reopened = try await world.reopened()
        #expect(throws: SealFailure.refused) { _ = try reopened.lentValue(app, "a") }
    }

    @Test("an erased account's values open nowhere, and nothing is taken in for it; the others' do")
    func erased() async throws {
        let (world, account, app) = try await scene()
        let (other, otherApp) = try await world.customer("two")
        try await lend(world, app, try await world.hold(for: account, value: "gone", name: "x"))
        try await lend(world, otherApp, try await world.hold(for: other, value: "stays", name: "x"))
        let erasure = Erasure(store: world.ledger.credentials(), dataKeys: world.dataKeys)
        let erased = try await erasure.erase(
            by: .setup, account, confirmation: "one", reason: "asked for", at: FixedTime.start)
        #expect(erased == Erased(account: account, at: FixedTime.start, dataKeys: 1, integrations: 1))
        for now in [world, try await world.reopened()] {
            #expect(try now.lentValue(app, "x") == nil)
            #expect(try now.lentValue(otherApp, "x") == "stays")
            await #expect(throws: Refusal.self) { try await now.hold(for: account, name: "again") }
        }
        #expect(
            try await world.texts("SELECT hex(box) FROM data_keys WHERE erased_at IS NOT NULL")
                == [String(repeating: "00", count: 65)])
        let again = try await erasure.erase(
            by: .setup, account, confirmation: "one", reason: "asked for", at: FixedTime.start)
        #expect(again.dataKeys == 0 && again.integrations == 0)
        let event = try #require(try await world.trail().last { $0.action == "account.erase" && $0.details.count == 3 })
        #expect(event.account == account)
    }

    @Test("of many data keys on common pages those of erased accounts are in no file any more, and the others are")
    func erasedAmongMany() async throws {
        let (world, _, _) = try await scene(SealBounds(block: 300, most: 1 << 40))
        var accounts: [AccountID] = []
        for number in 0..<40 {
            let account = try await world.customer("c\(number)").account
            for _ in 0...(number % 3) { try await world.hold(for: account) }
            accounts.append(account)
        }
        func boxes() async throws -> [AccountID: [UInt8]] {
            try await world.engine.read { statements in
                var found: [AccountID: [UInt8]] = [:]
                try statements.forEach("SELECT account, box FROM data_keys WHERE erased_at IS NULL", []) { row in
                    if let account = row.text(0).flatMap({ AccountID($0) }) { found[account] = row.blob(1) }
                }
                return found
            }
        }
        let before = try await boxes()
        #expect(before.count == 40)
        let erasure = Erasure(store: world.ledger.credentials(), dataKeys: world.dataKeys)
        for number in stride(from: 0, to: 40, by: 4) {
            _ = try await erasure.erase(
                by: .setup, accounts[number], confirmation: "c\(number)", reason: "r", at: FixedTime.start)
        }
        #expect(await world.engine.overwriteDeleted())
        let files = try world.directory.files()
        for (number, account) in accounts.enumerated() {
            let box = try #require(before[account])
            let isThere = files.values.contains { VaultTests.holds($0, Array(box.dropFirst(8))) }
            #expect(isThere == (number % 4 != 0), "\(number)")
        }
    }

    @Test("an account that held nothing is marked, so that nothing can be held for it later")
    func erasedEmpty() async throws {
        let (world, account, _) = try await scene()
        let erasure = Erasure(store: world.ledger.credentials(), dataKeys: world.dataKeys)
        _ = try await erasure.erase(by: .setup, account, confirmation: "one", reason: "r", at: FixedTime.start)
        await #expect(throws: Refusal.self) { try await world.hold(for: account) }
        await #expect(throws: Refusal.self) { try await world.reopened().hold(for: account) }
    }

    @Test("erasing needs the account's own name, the scope, and sight of the account; the house stays")
    func refused() async throws {
        let (world, account, _) = try await scene()
        let (other, _) = try await world.customer("two")
        let erasure = Erasure(store: world.ledger.credentials(), dataKeys: world.dataKeys)
        func erase(_ account: AccountID, _ name: String, by caller: Caller = .setup) async throws {
            _ = try await erasure.erase(by: caller, account, confirmation: name, reason: "r", at: FixedTime.start)
        }
        await #expect(throws: Refusal.self) { try await erase(account, "One") }
        await #expect(throws: Refusal.missingScope(Permission.accountsErase)) {
            try await erase(account, "one", by: world.caller("accounts:write accounts:read"))
        }
        await #expect(throws: Refusal.notFound("account")) {
            try await erase(account, "one", by: world.caller("accounts:*", boundTo: [other]))
        }
        let houses = try await world.texts("SELECT id FROM owners WHERE name = 'House'").compactMap(\.self)
        let house = try #require(houses.first.flatMap { AccountID($0) })
        await #expect(throws: Refusal.self) { try await erase(house, "House") }
        #expect(try await world.texts("SELECT account FROM data_keys") == [])
    }
}
