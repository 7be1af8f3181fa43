// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing

/// A caller bound to one account, in a world with another account full of things.
@Suite struct BoundCallerTests {
    private struct Scene {
        let world: World
        let mine: (account: AccountID, app: AppID)
        let theirs: (account: AccountID, app: AppID)
        let bound: Caller
        let theirKey: KeyID
        let theirCredential: CredentialID
        let theirIntegration: IntegrationID
    }

    private func scene() async throws -> Scene {
        let world = try await World.make()
        let (mine, theirs) = (try await world.customer("mine"), try await world.customer("theirs"))
        try await world.describeCarrier()
        let credential = try await world.hold(for: theirs.account)
        let integration = try await world.integrations.grant(
            by: .setup, .init(name: "labels", app: theirs.app, credential: credential.id, allow: [.of(["*"], "/**")]),
            at: FixedTime.start)
        return Scene(
            world: world, mine: mine, theirs: theirs, bound: world.caller("*:*", boundTo: [mine.account]),
            theirKey: try await world.issue(for: .app(theirs.app)).key.id, theirCredential: credential.id,
            theirIntegration: integration.id)
    }

    private func refusal(_ body: () async throws -> Void) async -> Refusal? {
        do {
            try await body()
            return nil
        } catch { return error as? Refusal }
    }

    @Test("what belongs to another account is not found, whatever is done to it")
    func notFound() async throws {
        let scene = try await scene()
        let (world, bound, now) = (scene.world, scene.bound, FixedTime.start)
        #expect(await refusal { _ = try await world.keys.find(by: bound, scene.theirKey, at: now) } == .notFound("key"))
        #expect(
            await refusal { _ = try await world.keys.disable(by: bound, scene.theirKey, at: now) } == .notFound("key"))
        #expect(
            await refusal { _ = try await world.keys.enable(by: bound, scene.theirKey, at: now) } == .notFound("key"))
        #expect(
            await refusal {
                _ = try await world.keys.revoke(by: bound, scene.theirKey, reason: .other, note: nil, at: now)
            } == .notFound("key"))
        #expect(
            await refusal {
                _ = try await world.keys.change(by: bound, scene.theirKey, KeyPatch(), ifRevision: nil, at: now)
            } == .notFound("key"))
        for owner in [OwnerID.account(scene.theirs.account), .app(scene.theirs.app)] {
            let missing = Refusal.notFound(owner.type.rawValue)
            #expect(await refusal { _ = try await world.owners.find(by: bound, owner, at: now) } == missing)
            #expect(await refusal { _ = try await world.owners.lock(by: bound, owner, note: nil, at: now) } == missing)
            #expect(
                await refusal { _ = try await world.owners.unlock(by: bound, owner, note: nil, at: now) } == missing)
            #expect(
                await refusal {
                    _ = try await world.owners.change(by: bound, owner, OwnerPatch(), ifRevision: nil, at: now)
                } == missing)
        }
        #expect(
            await refusal {
                _ = try await world.owners.addApp(by: bound, to: scene.theirs.account, .init(name: "x"), at: now)
            } == .notFound("account"))
        #expect(
            await refusal {
                _ = try await world.owners.addUser(by: bound, to: scene.theirs.account, .init(name: "x"), at: now)
            } == .notFound("account"))
        #expect(
            await refusal { _ = try await world.credentials.find(by: bound, scene.theirCredential, at: now) }
                == .notFound("credential"))
        let integration = scene.theirIntegration
        #expect(
            await refusal { _ = try await world.integrations.find(by: bound, integration, at: now) }
                == .notFound("integration"))
        #expect(
            await refusal { _ = try await world.integrations.pause(by: bound, integration, at: now) }
                == .notFound("integration"))
        #expect(
            await refusal { _ = try await world.integrations.resume(by: bound, integration, at: now) }
                == .notFound("integration"))
        #expect(
            await refusal { _ = try await world.integrations.revoke(by: bound, integration, at: now) }
                == .notFound("integration"))
        #expect(world.verdict([]) == .malformed)
        #expect(try await world.keys.find(by: .setup, scene.theirKey, at: now).key.state == .active)
    }

    @Test("making something for another account is refused as if the account were not there")
    func creation() async throws {
        let scene = try await scene()
        let (world, bound, now) = (scene.world, scene.bound, FixedTime.start)
        let own = try await world.hold(for: scene.mine.account)
        let pointers = [
            await refusal { _ = try await world.issue(by: bound, for: .app(scene.theirs.app)) }?.pointer,
            await refusal { _ = try await world.hold(by: bound, for: scene.theirs.account) }?.pointer,
            await refusal {
                _ = try await world.integrations.grant(
                    by: bound, .init(name: "x", app: scene.theirs.app, credential: own.id, allow: []), at: now)
            }?.pointer,
            await refusal {
                _ = try await world.integrations.grant(
                    by: bound, .init(name: "x", app: scene.mine.app, credential: scene.theirCredential, allow: []),
                    at: now)
            }?.pointer,
            await refusal { _ = try await world.issue(by: bound, for: .app(AppID(high: 7, low: 7))) }?.pointer,
        ]
        #expect(pointers == ["/owner", "/account", "/app", "/credential", "/owner"])
    }

    @Test("even the whole house may not let an app use another account's credential")
    func acrossAccounts() async throws {
        let scene = try await scene()
        let refused = await refusal {
            _ = try await scene.world.integrations.grant(
                by: .setup, .init(name: "x", app: scene.mine.app, credential: scene.theirCredential, allow: []),
                at: FixedTime.start)
        }
        #expect(refused?.pointer == "/credential")
    }

    @Test("lists show only what is its own, and naming another account does not widen them")
    func lists() async throws {
        let scene = try await scene()
        let (world, bound, now, all) = (scene.world, scene.bound, FixedTime.start, Page(after: nil, limit: 200))
        let mine = try await world.issue(for: .app(scene.mine.app)).key.id
        #expect(try await world.keys.list(by: bound, KeyFilter(), all, at: now).items.map(\.key.id) == [mine])
        var theirs = KeyFilter()
        theirs.account = scene.theirs.account
        #expect(try await world.keys.list(by: bound, theirs, all, at: now).items.isEmpty)
        #expect(
            try await world.owners.list(by: bound, .init(type: .account), all, at: now).items.map(\.account) == [
                scene.mine.account
            ])
        #expect(
            try await world.owners.list(by: bound, .init(type: .app), all, at: now).items.map(\.id) == [
                .app(scene.mine.app)
            ])
        #expect(
            await refusal {
                _ = try await world.owners.list(
                    by: bound, .init(type: .app, account: scene.theirs.account), all, at: now)
            } == .notFound("account"))
        #expect(try await world.credentials.list(by: bound, .init(), all, at: now).items.isEmpty)
        #expect(try await world.integrations.list(by: bound, .init(), all, at: now).items.isEmpty)
        let nobody = world.caller("*:*", boundTo: [])
        #expect(try await world.keys.list(by: nobody, KeyFilter(), all, at: now).items.isEmpty)
        let events = try await world.ledger.events(by: bound, EventFilter(), after: 0, limit: 1000, at: now)
        #expect(!events.isEmpty && events.allSatisfy { $0.account == scene.mine.account })
        let asked = EventFilter(account: scene.theirs.account)
        #expect(try await world.ledger.events(by: bound, asked, after: 0, limit: 1000, at: now).isEmpty)
    }

    @Test("what concerns the whole house is refused to a bound caller, however wide its scopes")
    func house() async throws {
        let scene = try await scene()
        let (world, bound, now) = (scene.world, scene.bound, FixedTime.start)
        func isEscalation(_ body: () async throws -> Void) async -> Bool {
            if case .wouldEscalate = await refusal(body) { true } else { false }
        }
        #expect(await isEscalation { _ = try await world.owners.openAccount(by: bound, .init(name: "x"), at: now) })
        #expect(
            await isEscalation {
                _ = try await world.keyspaces.create(by: bound, .init(name: "x", prefix: "xx"), at: now)
            })
        let keyspace = try await world.keyspaces.list(by: .setup, Page(after: nil, limit: 1), at: now).items[0].id
        #expect(
            await isEscalation {
                _ = try await world.keyspaces.change(by: bound, keyspace, .init(), ifRevision: nil, at: now)
            })
        let provider = try await world.providers.find(by: .setup, "carrier", at: now)
        #expect(await isEscalation { _ = try await world.providers.put(by: bound, provider, ifRevision: nil, at: now) })
    }
}

extension Refusal {
    /// The field that an invalid or escalating call names.
    var pointer: String? {
        switch self {
        case .invalid(let pointer, _, _), .wouldEscalate(let pointer, _): pointer
        case .unauthenticated, .missingScope, .notFound, .conflict, .changedMeanwhile, .idempotencyKeyReused,
            .alreadyImported:
            nil
        }
    }
}
