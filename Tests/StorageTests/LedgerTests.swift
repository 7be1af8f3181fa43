// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Storage
import TestKit
import Testing

extension World {
    /// The whole trail, checked from its first line to the end the database remembers.
    func trail() async throws -> [Event] {
        let events = try await Opening.events(engine, after: 0, limit: .max)
        var chain = EventChain.start
        for event in events { try chain.follow(event) }
        let end = try await Opening.chainEnd(engine)
        #expect(end == chain)
        return events
    }

    /// One column of a query, as text.
    func texts(_ sql: String) async throws -> [String?] {
        try await engine.read { statements in
            var texts: [String?] = []
            try statements.forEach(sql, []) { texts.append($0.text(0)) }
            return texts
        }
    }
}

@Suite struct LedgerTests {
    private struct Stop: Error {}

    @Test("a caller without the scope is refused, nothing is changed, and the refusal is an event")
    func missingScope() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        let before = try await world.trail().count
        let caller = world.caller("keys:read accounts:*")
        await #expect(throws: Refusal.missingScope(Permission.keysWrite)) {
            _ = try await world.issue(by: caller, for: .app(app))
        }
        await #expect(throws: Refusal.missingScope(Permission.credentialsRead)) {
            _ = try await world.credentials.list(by: caller, .init(), Page(after: nil, limit: 1), at: FixedTime.start)
        }
        let events = try await world.trail().dropFirst(before)
        #expect(events.map(\.action) == ["key.create", "credential.list"])
        #expect(events.allSatisfy { $0.outcome == .refused && $0.caller == caller.name })
        #expect(events.first?.details == [.init("missing_scope", "keys:write")])
        #expect(try await world.texts("SELECT id FROM keys") == [])
        #expect(account.description.hasPrefix("acc_"))
    }

    @Test("somebody unknown may do nothing")
    func unknown() async throws {
        let world = try await World.make()
        await #expect(throws: Refusal.missingScope(Permission.accountsWrite)) {
            _ = try await world.owners.openAccount(by: .unknown, OwnerDraft(name: "x"), at: FixedTime.start)
        }
        #expect(try await world.trail().last?.caller == "unknown")
    }

    @Test("a refusal inside a change rolls it back and is an event of its own")
    func refusedInside() async throws {
        let world = try await World.make()
        let before = try await world.trail().count
        await #expect(throws: Refusal.notFound("key")) {
            try await world.ledger.keys().change(
                by: .setup, needing: Permission.keysWrite, "test.change", at: FixedTime.start
            ) { records, _ in
                try records.insert(
                    Owner(
                        id: .account(AccountID(high: 5, low: 5)), account: AccountID(high: 5, low: 5), name: "ghost",
                        externalID: nil,
                        email: nil, metadata: "{}", lockedAt: nil, createdAt: FixedTime.start,
                        updatedAt: FixedTime.start, revision: 1))
                throw Refusal.notFound("key")
            }
        }
        let events = try await world.trail().dropFirst(before)
        #expect(events.map(\.outcome) == [.refused])
        #expect(try await world.texts("SELECT name FROM owners WHERE name = 'ghost'") == [])
    }

    @Test("a change that fails for another reason leaves neither rows nor an event nor a line in the feed")
    func failedInside() async throws {
        let world = try await World.make()
        let (events, changes) = (try await world.trail(), try await world.texts("SELECT id FROM changes"))
        let key = KeyMaker(seed: 9).account
        await #expect(throws: Stop.self) {
            try await world.ledger.keys().change(
                by: .setup, needing: Permission.keysWrite, "test.change", at: FixedTime.start
            ) { records, _ in
                try records.insert(
                    Owner(
                        id: .account(key), account: key, name: "ghost", externalID: nil, email: nil, metadata: "{}",
                        lockedAt: nil,
                        createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1))
                throw Stop()
            }
        }
        #expect(try await world.trail() == events)
        #expect(try await world.texts("SELECT id FROM changes") == changes)
    }

    @Test("when a change returns it is in force in memory and in the files")
    func inForceAndDurable() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        func codes() async throws -> [VerdictCode] {
            [world.verdict(sample.text), try await world.reopened().verdict(sample.text)]
        }
        #expect(try await codes() == [.valid, .valid])
        _ = try await world.keys.disable(by: .setup, sample.key.id, at: FixedTime.start)
        #expect(try await codes() == [.disabled, .disabled])
        _ = try await world.keys.enable(by: .setup, sample.key.id, at: FixedTime.start)
        #expect(try await codes() == [.valid, .valid])
        _ = try await world.owners.lock(by: .setup, .account(account), note: nil, at: FixedTime.start)
        #expect(try await codes() == [.locked, .locked])
        _ = try await world.owners.unlock(by: .setup, .account(account), note: nil, at: FixedTime.start)
        #expect(try await codes() == [.valid, .valid])
        _ = try await world.keys.revoke(
            by: .setup, sample.key.id, reason: .compromised, note: "leaked", at: FixedTime.start)
        #expect(try await codes() == [.revoked, .revoked])
        let read = try await world.reopened().keys.find(by: .setup, sample.key.id, at: FixedTime.start).key
        #expect(read.state == .revoked(Revocation(at: FixedTime.start, reason: .compromised, note: "leaked")))
    }

    @Test("a key read back from the files is the key that was issued, rules and all")
    func wholeKey() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue("labels:create orders:*", name: "a \"näme\" \\ %", for: .app(app)) { draft in
            draft.expiresAt = FixedTime.start(plus: 1000)
            draft.notBefore = FixedTime.start(plus: 10)
            draft.allowedAddresses = [.of("192.0.2.0/24"), .of("2001:db8::/32")]
            draft.allowedRoutes = [.of(["*"], "/a/**"), .of(["GET", "PUT"], "/%C3%A9")]
            draft.metadata = "{\"a\":[1,\"\\u0000\"]}"
        }
        let read = try await world.reopened().keys.find(by: .setup, sample.key.id, at: FixedTime.start).key
        #expect(read == sample.key)
    }

    @Test("each change has its event and its line in the feed, in the order in which they were made")
    func feed() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        let before = try await world.texts("SELECT kind || ' ' || id FROM changes ORDER BY sequence").count
        let sample = try await world.issue(for: .app(app))
        _ = try await world.owners.lock(by: .setup, .app(app), note: nil, at: FixedTime.start)
        _ = try await world.keys.disable(by: .setup, sample.key.id, at: FixedTime.start)
        let lines = try await world.texts("SELECT kind || ' ' || id FROM changes ORDER BY sequence").dropFirst(before)
        #expect(Array(lines) == ["key \(sample.key.id)", "owner \(app)", "key \(sample.key.id)"])
        let numbers = try await world.texts("SELECT CAST(sequence AS TEXT) FROM changes ORDER BY sequence")
        #expect(numbers == (1...numbers.count).map(String.init))
        let events = try await world.trail()
        #expect(events.suffix(3).map(\.action) == ["key.create", "app.lock", "key.disable"])
        #expect(events.suffix(3).map(\.account) == [account, account, account])
        #expect(events.last?.subject == sample.key.id.description)
    }

    @Test("with many writers at once the chain stays whole and every acknowledged key is there")
    func manyWriters() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let samples = try await withThrowingTaskGroup(of: SampleKey.self) { group in
            for number in 0..<120 { group.addTask { try await world.issue(name: "key \(number)", for: .app(app)) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(try await world.trail().count { $0.action == "key.create" } == 120)
        let reopened = try await world.reopened()
        #expect(samples.allSatisfy { world.verdict($0.text) == .valid && reopened.verdict($0.text) == .valid })
    }

    @Test(
        "an event changed, removed or reordered in the database is found",
        arguments: [
            "UPDATE events SET action = 'key.delete' WHERE sequence = 3", "DELETE FROM events WHERE sequence = 3",
            "UPDATE events SET details = '{}' WHERE sequence = 3",
            "UPDATE events SET caller = 'nobody' WHERE sequence = 2",
            "UPDATE events SET sequence = CASE sequence WHEN 2 THEN -3 ELSE -2 END WHERE sequence IN (2, 3)",
            "UPDATE events SET account = NULL WHERE sequence = 4", "DELETE FROM events WHERE sequence = 1",
        ])
    func tampered(sql: String) async throws {
        let world = try await World.make()
        _ = try await world.customer("one")
        _ = try await world.trail()
        _ = try await world.engine.write { statements in
            try statements.run(sql, [])
            try statements.run("UPDATE events SET sequence = -sequence WHERE sequence < 0", [])
        } committed: { _ in
        }
        await #expect(throws: EventChain.Break.self) { try await world.trail() }
    }

    @Test("uses that are stored add up, and the last moment never goes back")
    func uses() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        try await Opening.store(
            [
                KeyUseCount(key: id, count: 3, lastAt: FixedTime.start(plus: 9)),
                KeyUseCount(key: id, count: 2, lastAt: FixedTime.start(plus: 5)),
            ], world.engine)
        #expect(
            try await world.keys.find(by: .setup, id, at: FixedTime.start).use
                == KeyUse(count: 5, lastAt: FixedTime.start(plus: 9)))
        try await Opening.store([KeyUseCount(key: id, count: 1, lastAt: FixedTime.start(plus: 20))], world.engine)
        #expect(
            try await world.keys.find(by: .setup, id, at: FixedTime.start).use
                == KeyUse(count: 6, lastAt: FixedTime.start(plus: 20)))
    }
}
