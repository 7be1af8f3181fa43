// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

@Suite("An installation cannot shut itself out")
struct LockoutTests {
    private let now = FixedTime.start

    private func house(_ world: World) async throws -> OwnerID {
        let filter = OwnerFilter(type: .account, externalID: Owner.houseExternalID)
        return try await world.owners.list(by: .setup, filter, Page(after: nil, limit: 1), at: now).items[0].id
    }

    private func isConflict(_ body: () async throws -> Void) async -> Bool {
        do {
            try await body()
            return false
        } catch Refusal.conflict { return true } catch { return false }
    }

    @Test("the last management key that may do everything is not revoked, disabled, narrowed or let expire")
    func lastKey() async throws {
        let world = try await World.make()
        let last = try await world.issue("*:*", in: "bitting", for: try await house(world))
        var narrower = KeyPatch()
        narrower.scopes = .set(ScopeSet(text: "keys:read"))
        var ended = KeyPatch()
        ended.expiresAt = .set(now)
        #expect(await isConflict { _ = try await world.keys.disable(by: .setup, last.key.id, at: now) })
        #expect(
            await isConflict {
                _ = try await world.keys.revoke(by: .setup, last.key.id, reason: .other, note: nil, at: now)
            })
        for patch in [narrower, ended] {
            #expect(
                await isConflict {
                    _ = try await world.keys.change(by: .setup, last.key.id, patch, ifRevision: nil, at: now)
                })
        }
        #expect(world.verdict(last.text) == .valid)
    }

    @Test("with another one it is revoked; a bound, disabled or narrower key is no other one")
    func another() async throws {
        let world = try await World.make()
        let house = try await house(world)
        let last = try await world.issue("*:*", in: "bitting", for: house)
        let (account, app) = try await world.customer("one")
        _ = try await world.issue("*:*", in: "bitting", for: .app(app)) { $0.boundAccounts = [account] }
        _ = try await world.issue("keys:*", in: "bitting", for: house)
        #expect(await isConflict { _ = try await world.keys.disable(by: .setup, last.key.id, at: now) })
        let other = try await world.issue("*:*", in: "bitting", for: house)
        _ = try await world.keys.revoke(by: .setup, last.key.id, reason: .compromised, note: nil, at: now)
        #expect(world.verdict(last.text) == .revoked)
        #expect(await isConflict { _ = try await world.keys.disable(by: .setup, other.key.id, at: now) })
    }

    @Test("the house account is not locked and keeps the name by which it is known")
    func house() async throws {
        let world = try await World.make()
        let house = try await house(world)
        #expect(await isConflict { _ = try await world.owners.lock(by: .setup, house, note: nil, at: now) })
        var patch = OwnerPatch()
        patch.externalID = .clear
        #expect(
            await isConflict {
                _ = try await world.owners.change(by: .setup, house, patch, ifRevision: nil, at: now)
            })
    }

    @Test("a management key is not narrowed by routes, which would make it useless")
    func routes() async throws {
        let world = try await World.make()
        let house = try await house(world)
        let route = try Route(methods: ["GET"], path: "/x")
        await #expect(throws: Refusal.self) {
            _ = try await world.issue("keys:read", in: "bitting", for: house) { $0.allowedRoutes = [route] }
        }
        let sample = try await world.issue("keys:read", in: "bitting", for: house)
        var patch = KeyPatch()
        patch.allowedRoutes = .set([route])
        await #expect(throws: Refusal.self) {
            _ = try await world.keys.change(by: .setup, sample.key.id, patch, ifRevision: nil, at: now)
        }
    }
}
