// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Storage
import TestKit
import Testing

@Suite struct ListTests {
    private let now = FixedTime.start

    private func names(_ world: World, _ change: (inout KeyFilter) -> Void) async throws -> [String] {
        var filter = KeyFilter()
        change(&filter)
        return try await world.keys.list(by: .setup, filter, Page(after: nil, limit: 200), at: now).items.map(
            \.key.name
        ).sorted()
    }

    @Test("pages of any length together give every key once, in the order of their ids", arguments: [1, 7, 50, 200])
    func pages(limit: Int) async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        for number in 0..<230 {
            _ = try await world.issue(for: .app(app), at: FixedTime.start(plus: Int64(number % 5)))
        }
        var seen: [KeyID] = []
        var after: String?
        repeat {
            let page = try await world.keys.list(by: .setup, KeyFilter(), Page(after: after, limit: limit), at: now)
            #expect(page.items.count <= limit && !page.items.isEmpty)
            seen += page.items.map(\.key.id)
            after = page.next
        } while after != nil
        #expect(seen.count == 230)
        #expect(seen == seen.sorted() && Set(seen).count == 230)
    }

    @Test("a list whose last page is full has no further one")
    func fullLastPage() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        for _ in 0..<4 { _ = try await world.issue(for: .app(app)) }
        #expect(try await world.keys.list(by: .setup, KeyFilter(), Page(after: nil, limit: 4), at: now).next == nil)
        #expect(try await world.keys.list(by: .setup, KeyFilter(), Page(after: nil, limit: 3), at: now).next != nil)
        #expect(try await world.keys.list(by: .setup, KeyFilter(), Page(after: "zzz", limit: 3), at: now).items.isEmpty)
    }

    @Test("every condition of a list lets through what it says, and they all hold at once")
    func filters() async throws {
        let world = try await World.make()
        let (one, oneApp) = try await world.customer("one")
        let (_, twoApp) = try await world.customer("two")
        let other = try await world.keyspaces.create(by: .setup, .init(name: "other", prefix: "other"), at: now)
        let a = try await world.issue("labels:create", name: "a", for: .app(oneApp)).key.id
        let b = try await world.issue("labels:create orders:read", name: "b", for: .account(one)).key.id
        let c = try await world.issue("labels:created", name: "c", for: .app(twoApp)).key.id
        _ = try await world.issue("*:*", name: "d", in: "other", for: .app(twoApp))
        _ = try await world.keys.disable(by: .setup, b, at: now)
        _ = try await world.keys.revoke(by: .setup, c, reason: .unused, note: nil, at: now)
        try await Opening.store(
            [
                KeyUseCount(key: a, count: 1, lastAt: now),
                KeyUseCount(key: b, count: 1, lastAt: FixedTime.start(plus: 50)),
            ], world.engine)
        #expect(try await names(world) { _ in } == ["a", "b", "c", "d"])
        #expect(try await names(world) { $0.keyspace = other.id } == ["d"])
        #expect(try await names(world) { $0.owner = .app(oneApp) } == ["a"])
        #expect(try await names(world) { $0.account = one } == ["a", "b"])
        #expect(try await names(world) { $0.state = "active" } == ["a", "d"])
        #expect(try await names(world) { $0.state = "disabled" } == ["b"])
        #expect(try await names(world) { $0.state = "revoked" } == ["c"])
        #expect(try await names(world) { $0.prefix = "other_live_" } == ["d"])
        #expect(try await names(world) { $0.lastUsedBefore = FixedTime.start(plus: 50) } == ["a", "c", "d"])
        #expect(try await names(world) { $0.lastUsedBefore = FixedTime.start(plus: 51) } == ["a", "b", "c", "d"])
        #expect(try await names(world) { $0.scope = Scope("labels:create") } == ["a", "b"])
        #expect(try await names(world) { $0.scope = Scope("orders:read") } == ["b"])
        #expect(try await names(world) { $0.scope = Scope("*:*") } == ["d"])
        #expect(
            try await names(world) { ($0.account, $0.scope, $0.state) = (one, Scope("labels:create"), "active") } == [
                "a"
            ])
    }

    @Test(
        "a text is looked for as it is written, wildcards and all, whatever the case",
        arguments: [
            ("%", ["100%"]), ("_", ["a_b"]), ("\\", ["back\\slash"]), ("a_b", ["a_b"]), ("A_B", ["a_b"]),
            ("axb", ["AXB"]),
            ("\\%", []), ("'", ["o'clock"]), ("", ["100%", "AXB", "a_b", "back\\slash", "o'clock", "Ünder"]),
            ("Ünd", ["Ünder"]),
            ("ÜNDER", ["Ünder"]), ("nD", ["Ünder"]),
        ] as [(String, [String])])
    func text(text: String, found: [String]) async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        for name in ["100%", "AXB", "a_b", "back\\slash", "o'clock", "Ünder"] {
            _ = try await world.issue(name: name, for: .app(app))
        }
        #expect(try await names(world) { $0.text = text } == found.sorted())
    }

    @Test("a prefix and a scope are looked for letter by letter: no wildcard, no other case")
    func literalPrefix() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        _ = try await world.keyspaces.create(by: .setup, .init(name: "odd", prefix: "acmexlive"), at: now)
        _ = try await world.issue("a_b:c", name: "underscore", for: .app(app))
        _ = try await world.issue("axb:c", name: "letter", in: "odd", for: .app(app))
        #expect(try await names(world) { $0.prefix = "acme_live" } == ["underscore"])
        #expect(try await names(world) { $0.prefix = "%" } == [])
        #expect(try await names(world) { $0.prefix = "ACME" } == [])
        #expect(try await names(world) { $0.scope = Scope("a_b:c") } == ["underscore"])
        #expect(try await names(world) { $0.scope = Scope("A_B:c") } == [])
    }

    @Test("owners are listed by type, place, external id and lock")
    func owners() async throws {
        let world = try await World.make()
        let (one, app) = try await world.customer("one")
        let (two, _) = try await world.customer("two")
        let named = try await world.owners.addApp(by: .setup, to: one, .init(name: "x", externalID: "e%"), at: now)
        _ = try await world.owners.addUser(by: .setup, to: two, .init(name: "u"), at: now)
        _ = try await world.owners.lock(by: .setup, .app(app), note: nil, at: now)
        func ids(_ filter: OwnerFilter) async throws -> [OwnerID] {
            try await world.owners.list(by: .setup, filter, Page(after: nil, limit: 200), at: now).items.map(\.id)
        }
        #expect(try await ids(.init(type: .account)).count == 3)
        #expect(try await ids(.init(type: .app, account: one)).count == 2)
        #expect(try await ids(.init(type: .user)).count == 1)
        #expect(try await ids(.init(type: .app, externalID: "e%")) == [named.id])
        #expect(try await ids(.init(type: .app, externalID: "%")) == [])
        #expect(try await ids(.init(type: .app, locked: true)) == [.app(app)])
        #expect(try await ids(.init(type: .app, account: one, locked: false)) == [named.id])
    }

    @Test("events are listed after a number, by account and by action")
    func events() async throws {
        let world = try await World.make()
        let (one, app) = try await world.customer("one")
        _ = try await world.issue(for: .app(app))
        func list(_ filter: EventFilter, after: Int64 = 0, limit: Int = 1000) async throws -> [Event] {
            try await world.ledger.events(by: .setup, filter, after: after, limit: limit, at: now)
        }
        let all = try await list(.init())
        #expect(all.map(\.sequence) == (1...Int64(all.count)).map(\.self))
        #expect(try await list(.init(), after: 2, limit: 2).map(\.sequence) == [3, 4])
        #expect(try await list(.init(account: one)).map(\.action) == ["account.create", "app.create", "key.create"])
        #expect(try await list(.init(action: "key.create")).count == 1)
        #expect(try await list(.init(action: "key.%")).isEmpty)
    }
}
