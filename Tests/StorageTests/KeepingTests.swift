// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

/// Following the master key and the terms while values stay as they are.
@Suite struct KeepingTests {
    private static func master(_ seed: UInt64) -> MasterKey {
        var random = Seeded(seed)
        return MasterKey.generate(using: &random).key
    }

    private func scene() async throws -> (world: World, keeping: Keeping, app: AppID) {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        try await world.describeCarrier()
        let credential = try await world.hold(for: account, value: "kept")
        _ = try await world.integrations.grant(
            by: .setup, .init(name: "x", app: app, credential: credential.id, allow: [LendRule.of(["*"], "/**")]),
            at: FixedTime.start)
        let keeping = Keeping(store: world.ledger.keeping(), keyring: world.vault.keyring, random: .seeded(4))
        return (world, keeping, app)
    }

    private func boxes(_ world: World) async throws -> [String?] {
        try await world.texts("SELECT hex(box) FROM credential_versions ORDER BY id")
    }

    @Test("after the master key is rotated only the new one opens, and no value was touched")
    func masterKey() async throws {
        let (world, keeping, app) = try await scene()
        let former = world.vault.keyring.master
        let before = try await boxes(world)
        let state = try await keeping.rotateMasterKey(by: .setup, to: Self.master(50), at: FixedTime.start)
        #expect(state.masterKeyID == Self.master(50).id)
        #expect(try world.lentValue(app, "x") == "kept")
        #expect(try await boxes(world) == before)
        let terms = try await Opening.keyring(world.engine)
        #expect(throws: Keyring.Fault.otherMasterKey(stored: Self.master(50).id, given: former.id)) {
            _ = try Keyring(opening: terms, with: former)
        }
        let opened = try Keyring(opening: terms, with: Self.master(50))
        try await Opening.load(world.engine, into: Lending(), vault: Vault(keyring: opened))
        #expect(try await world.trail().contains { $0.action == "vault.rotate_master_key" && $0.details.count == 2 })
    }

    @Test("a second rotation starts from the first; the same key again is refused")
    func twice() async throws {
        let (world, keeping, app) = try await scene()
        try await keeping.rotateMasterKey(by: .setup, to: Self.master(50), at: FixedTime.start)
        await #expect(throws: Refusal.self) {
            try await keeping.rotateMasterKey(by: .setup, to: Self.master(50), at: FixedTime.start)
        }
        try await keeping.rotateTerm(by: .setup, at: FixedTime.start)
        try await keeping.rotateMasterKey(by: .setup, to: Self.master(51), at: FixedTime.start)
        _ = try Keyring(opening: try await Opening.keyring(world.engine), with: Self.master(51))
        #expect(try world.lentValue(app, "x") == "kept")
    }

    @Test("after the term is rotated every data key is under the new one, and no value was touched")
    func term() async throws {
        let (world, keeping, app) = try await scene()
        for number in 0..<7 { try await world.hold(for: try await world.customer("c\(number)").account) }
        let before = try await boxes(world)
        let (state, rewrapped) = try await keeping.rotateTerm(by: .setup, at: FixedTime.start)
        #expect(state == KeepingState(masterKeyID: world.vault.keyring.masterKeyID, term: 2, dataKeys: 8))
        #expect(rewrapped == 8)
        #expect(try await world.texts("SELECT DISTINCT hex(substr(box, 1, 4)) FROM data_keys") == ["00000002"])
        #expect(try await boxes(world) == before)
        #expect(try world.lentValue(app, "x") == "kept")
        #expect(try await world.reopened().lentValue(app, "x") == "kept")
    }

    @Test("a term that was stored and not followed by all data keys is no harm, and the next rotation takes them along")
    func halfDone() async throws {
        let (world, keeping, app) = try await scene()
        var random = Seeded(8)
        let term = world.vault.keyring.nextTerm(using: &random)
        _ = try await world.engine.write { statements in
            try statements.run(
                "INSERT INTO keyring (number, master_key, box, created_at) VALUES (2, $1, $2, 0)",
                [.text(term.masterKeyID), .blob(term.box)])
        } committed: { _ in
        }
        // This server does not know the term: it refuses rather than to write a second one of that number.
        await #expect(throws: Refusal.self) { try await keeping.rotateTerm(by: .setup, at: FixedTime.start) }
        let reopened = try await world.reopened()
        #expect(try reopened.lentValue(app, "x") == "kept")
        let again = Keeping(store: reopened.ledger.keeping(), keyring: reopened.vault.keyring, random: .seeded(5))
        #expect(try await again.rotateTerm(by: .setup, at: FixedTime.start).state.term == 3)
        #expect(try await world.texts("SELECT DISTINCT hex(substr(box, 1, 4)) FROM data_keys") == ["00000003"])
        #expect(try await world.reopened().lentValue(app, "x") == "kept")
    }

    @Test("an erased data key is not wrapped anew")
    func erased() async throws {
        let (world, keeping, _) = try await scene()
        _ = try await world.engine.write { statements in
            try statements.run("UPDATE data_keys SET box = zeroblob(65), erased_at = 1", [])
        } committed: { _ in
        }
        #expect(try await keeping.rotateTerm(by: .setup, at: FixedTime.start).rewrapped == 0)
    }

    @Test("it needs settings:write, and a caller bound to accounts does not see the vault")
    func refused() async throws {
        let (world, keeping, _) = try await scene()
        let (account, _) = try await world.customer("two")
        let reader = world.caller("settings:read")
        let bound = world.caller("*:*", boundTo: [account])
        await #expect(throws: Refusal.missingScope(Permission.settingsWrite)) {
            try await keeping.rotateTerm(by: reader, at: FixedTime.start)
        }
        await #expect(throws: Refusal.missingScope(Permission.settingsWrite)) {
            try await keeping.checkMayRotate(by: reader, at: FixedTime.start)
        }
        for call in [
            { try await keeping.rotateTerm(by: bound, at: FixedTime.start) as Any },
            { try await keeping.rotateMasterKey(by: bound, to: Self.master(9), at: FixedTime.start) as Any },
            { try await keeping.state(by: bound, at: FixedTime.start) as Any },
        ] as [() async throws -> Any] {
            await #expect(throws: Refusal.notFound("vault")) { _ = try await call() }
        }
        #expect(world.vault.keyring.newestTerm == 1)
    }
}
