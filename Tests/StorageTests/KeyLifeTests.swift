// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Storage
import TestKit
import Testing

@Suite struct KeyLifeTests {
    private let now = FixedTime.start

    @Test("revoking twice keeps the first reason, and nothing brings a revoked key back")
    func revokedIsFinal() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        let id = sample.key.id
        _ = try await world.keys.revoke(by: .setup, id, reason: .compromised, note: "first", at: now)
        let again = try await world.keys.revoke(
            by: .setup, id, reason: .unused, note: "second", at: FixedTime.start(plus: 5))
        #expect(again.state == .revoked(Revocation(at: now, reason: .compromised, note: "first")))
        let isConflict = { (error: any Error) -> Bool in if case .conflict? = error as? Refusal { true } else { false }
        }
        await #expect(performing: { _ = try await world.keys.enable(by: .setup, id, at: now) }, throws: isConflict)
        await #expect(performing: { _ = try await world.keys.disable(by: .setup, id, at: now) }, throws: isConflict)
        var patch = KeyPatch()
        patch.expiresAt = .clear
        await #expect(
            performing: { _ = try await world.keys.change(by: .setup, id, patch, ifRevision: nil, at: now) },
            throws: isConflict)
        #expect(world.verdict(sample.text) == .revoked)
    }

    @Test("a change that names another revision is refused and tells the present one")
    func ifMatch() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        var patch = KeyPatch()
        patch.name = .set("new")
        #expect(try await world.keys.change(by: .setup, id, patch, ifRevision: 1, at: now).revision == 2)
        await #expect(throws: Refusal.changedMeanwhile(revision: 2)) {
            _ = try await world.keys.change(by: .setup, id, patch, ifRevision: 1, at: now)
        }
        await #expect(throws: Refusal.changedMeanwhile(revision: 1)) {
            _ = try await world.owners.change(by: .setup, .account(account), OwnerPatch(), ifRevision: 7, at: now)
        }
        try await world.describeCarrier()
        let provider = try await world.providers.find(by: .setup, "carrier", at: now)
        await #expect(throws: Refusal.changedMeanwhile(revision: 1)) {
            _ = try await world.providers.put(by: .setup, provider, ifRevision: 0, at: now)
        }
    }

    @Test("of two changes that name the same revision exactly one is made")
    func lostUpdate() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        let made = await withTaskGroup(of: Int.self) { group in
            for number in 0..<20 {
                group.addTask {
                    var patch = KeyPatch()
                    patch.name = .set("name \(number)")
                    return (try? await world.keys.change(by: .setup, id, patch, ifRevision: 1, at: FixedTime.start))
                        == nil ? 0 : 1
                }
            }
            return await group.reduce(0, +)
        }
        #expect(made == 1)
    }

    @Test("a patch changes what it names, clears what it nulls, keeps the rest; the index follows")
    func patches() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue("a:b", for: .app(app)) { draft in
            draft.expiresAt = FixedTime.start(plus: 100)
            draft.allowedRoutes = [.of(["GET"], "/a")]
            draft.metadata = "{\"a\":1}"
        }
        #expect(world.verdict(sample.text) == .routeDenied)
        var patch = KeyPatch()
        patch.allowedRoutes = .clear
        patch.scopes = .set(ScopeSet(text: "c:d"))
        let changed = try await world.keys.change(
            by: .setup, sample.key.id, patch, ifRevision: nil, at: FixedTime.start(plus: 1))
        #expect(changed.allowedRoutes.isEmpty && changed.scopes == ScopeSet(text: "c:d"))
        #expect(
            changed.expiresAt == FixedTime.start(plus: 100) && changed.metadata == "{\"a\":1}" && changed.name == "key")
        #expect(changed.updatedAt == FixedTime.start(plus: 1) && changed.createdAt == now)
        #expect(world.verdict(sample.text) == .valid)
        #expect(try await world.reopened().verdict(sample.text) == .valid)
        #expect(world.verdict(sample.text, at: FixedTime.start(plus: 100)) == .expired)
    }

    @Test("a keyspace's longest life holds at issue and at every change")
    func longestLife() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        _ = try await world.keyspaces.create(
            by: .setup, .init(name: "brief", prefix: "brief", maxLifetime: .seconds(60)), at: now)
        let sample = try await world.issue(in: "brief", for: .app(app))
        #expect(sample.key.expiresAt == FixedTime.start(plus: 60))
        func pointer(_ body: () async throws -> Void) async -> String? {
            do { try await body() } catch { return (error as? Refusal)?.pointer }
            return nil
        }
        #expect(
            await pointer {
                _ = try await world.issue(in: "brief", for: .app(app)) { $0.expiresAt = FixedTime.start(plus: 61) }
            } == "/expires_at")
        var patch = KeyPatch()
        patch.expiresAt = .set(FixedTime.start(plus: 61))
        #expect(
            await pointer {
                _ = try await world.keys.change(
                    by: .setup, sample.key.id, patch, ifRevision: nil, at: FixedTime.start(plus: 30))
            } == "/expires_at")
        patch.expiresAt = .clear
        let cleared = try await world.keys.change(
            by: .setup, sample.key.id, patch, ifRevision: nil, at: FixedTime.start(plus: 30))
        #expect(cleared.expiresAt == FixedTime.start(plus: 60), "the bound is counted from the key's creation")
        #expect(
            await pointer {
                _ = try await world.issue(for: .app(app)) {
                    ($0.notBefore, $0.expiresAt) = (FixedTime.start, FixedTime.start)
                }
            } == "/not_before")
        #expect(await pointer { _ = try await world.issue(in: "nowhere", for: .app(app)) } == "/keyspace")
    }

    @Test("a taken external id or name is a conflict, and leaves nothing; elsewhere the same one is free")
    func taken() async throws {
        let world = try await World.make()
        let (one, app) = try await world.customer("one")
        let (two, _) = try await world.customer("two")
        func isConflict(_ body: () async throws -> Void) async -> Bool {
            do { try await body() } catch { if case .conflict? = error as? Refusal { return true } }
            return false
        }
        let draft = OwnerDraft(name: "x", externalID: "42")
        let first = try await world.owners.openAccount(by: .setup, draft, at: now)
        #expect(await isConflict { _ = try await world.owners.openAccount(by: .setup, draft, at: now) })
        _ = try await world.owners.addApp(by: .setup, to: one, draft, at: now)
        _ = try await world.owners.addUser(by: .setup, to: one, draft, at: now)
        _ = try await world.owners.addApp(by: .setup, to: two, draft, at: now)
        #expect(await isConflict { _ = try await world.owners.addApp(by: .setup, to: one, draft, at: now) })
        var patch = OwnerPatch()
        patch.externalID = .set("42")
        #expect(
            await isConflict {
                _ = try await world.owners.change(by: .setup, .account(one), patch, ifRevision: nil, at: now)
            })
        patch.externalID = .clear
        _ = try await world.owners.change(by: .setup, first.id, patch, ifRevision: nil, at: now)
        _ = try await world.owners.openAccount(by: .setup, draft, at: now)
        #expect(
            await isConflict {
                _ = try await world.keyspaces.create(by: .setup, .init(name: "acme", prefix: "other"), at: now)
            })
        try await world.describeCarrier()
        let credential = try await world.hold(for: one)
        let integration = {
            _ = try await world.integrations.grant(
                by: .setup, .init(name: "labels", app: app, credential: credential.id, allow: [.of(["*"], "/**")]),
                at: FixedTime.start)
        }
        try await integration()
        #expect(await isConflict { try await integration() })
        _ = try await world.trail()
    }
}
