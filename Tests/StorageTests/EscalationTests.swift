// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Storage
import TestKit
import Testing

@Suite struct EscalationTests {
    private let now = FixedTime.start

    private func house(_ world: World) async throws -> AccountID {
        let filter = OwnerFilter(type: .account, externalID: Owner.houseExternalID)
        return try await world.owners.list(by: .setup, filter, Page(after: nil, limit: 1), at: FixedTime.start).items[0]
            .account
    }

    private func pointer(_ body: () async throws -> Void) async -> String? {
        do {
            try await body()
            return nil
        } catch { return (error as? Refusal)?.pointer }
    }

    @Test(
        "a management key cannot be given a scope that its maker does not hold",
        arguments: [
            ("keys:write", "keys:read"), ("keys:write", "*:*"), ("keys:write", "keys:*"), ("keys:*", "*:write"),
            ("keys:* accounts:read", "accounts:write"),
        ])
    func moreScopes(held: String, asked: String) async throws {
        let world = try await World.make()
        let house = try await house(world)
        let caller = world.caller(held)
        #expect(
            await pointer { _ = try await world.issue(by: caller, asked, in: "bitting", for: .account(house)) }
                == "/scopes")
        let sample = try await world.issue(by: caller, "keys:write", in: "bitting", for: .account(house))
        var patch = KeyPatch()
        patch.scopes = .set(ScopeSet(text: asked))
        #expect(
            await pointer {
                _ = try await world.keys.change(by: caller, sample.key.id, patch, ifRevision: nil, at: now)
            } == "/scopes")
        #expect(
            try await world.keys.find(by: .setup, sample.key.id, at: now).key.scopes == ScopeSet(text: "keys:write"))
    }

    @Test("a key for one's own API may have any scope: it rules nothing here")
    func ownAPI() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        _ = try await world.issue(by: world.caller("keys:write"), "*:*", for: .app(app))
    }

    @Test("a management key made by a bound caller, or for a customer, is bound; only the house's own is free")
    func bindings() async throws {
        let world = try await World.make()
        let house = try await house(world)
        let (one, oneApp) = try await world.customer("one")
        let (two, _) = try await world.customer("two")
        func bound(by caller: Caller, _ owner: OwnerID, _ accounts: [AccountID] = []) async throws -> [AccountID] {
            try await world.issue(by: caller, "keys:read", in: "bitting", for: owner) { $0.boundAccounts = accounts }
                .key.boundAccounts
        }
        #expect(try await bound(by: .setup, .account(house)) == [])
        #expect(try await bound(by: .setup, .account(house), [one, two]) == [one, two])
        #expect(try await bound(by: .setup, .app(oneApp)) == [one])
        #expect(try await bound(by: .setup, .account(one)) == [one])
        let inHouse = world.caller("*:*", boundTo: [house])
        #expect(try await bound(by: inHouse, .account(house)) == [house])
        let agency = world.caller("*:*", boundTo: [one])
        #expect(try await bound(by: agency, .app(oneApp)) == [one])
        #expect(await pointer { _ = try await bound(by: agency, .app(oneApp), [two]) } == "/bound_accounts/0")
        #expect(await pointer { _ = try await bound(by: agency, .app(oneApp), [one, two]) } == "/bound_accounts/1")
        #expect(
            await pointer { _ = try await bound(by: .setup, .account(house), [AccountID(high: 3, low: 3)]) }
                == "/bound_accounts/0")
        #expect(
            await pointer { _ = try await world.issue(for: .app(oneApp)) { $0.boundAccounts = [one] } }
                == "/bound_accounts")
    }

    @Test(
        "a bound caller cannot touch a management key that reaches further than itself, though it belongs to its account"
    )
    func reach() async throws {
        let world = try await World.make()
        let house = try await house(world)
        let (one, _) = try await world.customer("one")
        let (two, _) = try await world.customer("two")
        let free = try await world.issue("keys:read", in: "bitting", for: .account(house)).key.id
        let wide = try await world.issue("keys:read", in: "bitting", for: .account(one)) {
            $0.boundAccounts = [one, two]
        }.key.id
        let narrow = try await world.issue("keys:read", in: "bitting", for: .account(one)).key.id
        let caller = world.caller("*:*", boundTo: [house, one])
        for id in [free, wide] {
            await #expect(throws: Refusal.notFound("key")) { _ = try await world.keys.disable(by: caller, id, at: now) }
            await #expect(throws: Refusal.notFound("key")) {
                _ = try await world.keys.change(by: caller, id, KeyPatch(), ifRevision: nil, at: now)
            }
            await #expect(throws: Refusal.notFound("key")) {
                _ = try await world.keys.revoke(by: caller, id, reason: .other, note: nil, at: now)
            }
        }
        #expect(try await world.keys.disable(by: caller, narrow, at: now).state == .disabled)
    }

    @Test(
        "a keyspace cannot take the built-in prefix, nor a prefix that keys could not have",
        arguments: ["bitting", "A", "a", "a_b", "1a", ""])
    func prefixes(prefix: String) async throws {
        let world = try await World.make()
        #expect(
            await pointer {
                _ = try await world.keyspaces.create(by: .setup, .init(name: "x", prefix: prefix), at: now)
            } == "/prefix")
    }

    @Test("an escalation that was refused is in the trail")
    func recorded() async throws {
        let world = try await World.make()
        let house = try await house(world)
        _ = await pointer {
            _ = try await world.issue(by: world.caller("keys:write"), "*:*", in: "bitting", for: .account(house))
        }
        let last = try #require(try await world.trail().last)
        #expect(last.action == "key.create" && last.outcome == .refused && last.details.first?.name == "would_escalate")
    }
}

@Suite("A wider management key")
struct WiderKeyTests {
    @Test("is not changed or enabled by a caller that holds less, but can be stopped by it; the refusal names the key")
    func wider() async throws {
        let world = try await World.make()
        let filter = OwnerFilter(type: .account, externalID: Owner.houseExternalID)
        let house = try await world.owners.list(
            by: .setup, filter, Page(after: nil, limit: 1), at: FixedTime.start
        ).items[0].id
        let wide = try await world.issue("*:*", in: "bitting", for: house)
        _ = try await world.issue("*:*", in: "bitting", for: house)
        let caller = world.caller("keys:write")
        var longer = KeyPatch()
        longer.name = .set("renamed")
        await #expect(throws: Refusal.self) {
            _ = try await world.keys.change(
                by: caller, wide.key.id, longer, ifRevision: nil, at: FixedTime.start)
        }
        _ = try await world.keys.disable(by: caller, wide.key.id, at: FixedTime.start)
        await #expect(throws: Refusal.self) {
            _ = try await world.keys.enable(by: caller, wide.key.id, at: FixedTime.start)
        }
        #expect(world.verdict(wide.text) == .disabled)
        let events = try await world.ledger.events(
            by: .setup, EventFilter(action: "key.enable"), after: 0, limit: 10, at: FixedTime.start)
        #expect(events.map(\.outcome) == [.refused])
        #expect(events.first?.subject == wide.key.id.description)
    }
}
