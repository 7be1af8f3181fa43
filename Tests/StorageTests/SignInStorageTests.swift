// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing
import Tokens
import Wire

/// Rules and used identities as they are stored, and keys that nobody has a secret of.
@Suite struct SignInStorageTests {
    private let now = FixedTime.start
    private let signing: SigningKey

    init() {
        var random = Seeded(3)
        signing = SigningKey(seed: Secret(count: SigningKey.seedLength, using: &random))
    }

    private static let isConflict = { @Sendable (error: any Error) -> Bool in
        if case .conflict? = error as? Refusal { true } else { false }
    }

    private var keySet: String {
        #"{"keys":[{"kty":"OKP","crv":"Ed25519","x":"\#(Base64URL.text(signing.verifying.bytes))"}]}"#
    }

    private func token(_ id: String) -> [UInt8] {
        let payload =
            #"{"iss":"https://ci.example","aud":"us","sub":"job \u0007\#(id)","iat":\#(now.milliseconds / 1000),"#
            + #""exp":\#(now.milliseconds / 1000 + 600)}"#
        let signed = Base64URL.text(Array(#"{"alg":"EdDSA"}"#.utf8)) + "." + Base64URL.text(Array(payload.utf8))
        return Array((signed + "." + Base64URL.text(signing.signature(of: Array(signed.utf8)))).utf8)
    }

    private func rules(_ world: World) -> SignInRules {
        SignInRules(store: world.ledger.signInRules(), random: .seeded(4))
    }

    private func signIns(_ world: World) -> SignIns {
        let ledger = world.ledger
        let keys = IssuerKeys(fetch: { _ throws(WebFault) in throw WebFault("no web here") }) { _, _ in }
        return SignIns(keys: keys) {
            try await ledger.activeSignInRules(of: $0)
        } secret: {
            try await ledger.currentSecret(of: $0)
        } write: {
            try await ledger.write($0)
        } refused: { _ in
        }
    }

    private func show(_ world: World, _ id: String, at moment: Instant? = nil) async -> SignInOutcome {
        await signIns(world).signIn(
            SignInAttempt(token: token(id), rule: nil, scopes: nil, address: nil, now: moment ?? now))
    }

    private func draft(_ key: KeyID, name: String = "ci", _ change: (inout SignInRuleDraft) -> Void = { _ in })
        -> SignInRuleDraft
    {
        var draft = SignInRuleDraft(
            name: name, key: key, issuer: "https://ci.example", audience: "us", replay: .refused,
            keys: KeyPlace(.pinned(keySet)))
        change(&draft)
        return draft
    }

    @Test func `a used identity is used for whoever opens the database next, until it has ended`() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let key = try await world.issue(for: .app(app)) { $0.isSecretless = true }.key
        let rule = try await rules(world).create(by: .setup, draft(key.id), at: now)
        guard case .granted(let grant) = await show(world, "a") else { Issue.record("not let in"); return }
        #expect(grant.key == key.id)
        #expect(grant.rule == rule.id)
        #expect(grant.secret == key.secrets[0].digest)
        #expect(await show(world, "a") == .refused(.tokenReplayed))
        let reopened = try await world.reopened()
        #expect(await show(reopened, "a") == .refused(.tokenReplayed))
        #expect(try await UsedIdentities.removeEnded(world.engine, at: FixedTime.start(plus: 659)) == 0)
        #expect(try await UsedIdentities.removeEnded(world.engine, at: FixedTime.start(plus: 660)) == 1)
        #expect(await show(world, "a", at: FixedTime.start(plus: 660)) == .refused(.tokenExpired))
    }

    @Test func `each sign-in is an event of the key, with nothing unprintable in it`() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        let key = try await world.issue(for: .app(app)).key
        let rule = try await rules(world).create(by: .setup, draft(key.id), at: now)
        _ = await show(world, "a")
        let events = try await world.ledger.events(
            by: .setup, EventFilter(action: "key.sign_in"), after: 0, limit: 10, at: now)
        let event = try #require(events.first)
        #expect(events.count == 1)
        #expect(event.subject == key.id.description)
        #expect(event.account == account)
        #expect(event.caller == rule.id.description)
        #expect(event.details.contains(.init("sub", "job \u{FFFD}a")))
    }

    @Test func `every field of a rule comes back`() async throws {
        let world = try await World.make()
        let rules = rules(world)
        let (_, app) = try await world.customer("one")
        let key = try await world.issue("labels:* orders:read", for: .app(app)).key
        let claim = try #require(
            ClaimCondition(claim: "/a~1b/c", patterns: ["x*", "y\"z"].compactMap { ClaimPattern($0) }))
        let places = [
            KeyPlace(), KeyPlace(.address("https://ci.example/k"), certificateAuthorities: "PEM"),
            KeyPlace(.pinned(keySet)),
        ]
        for (number, place) in places.enumerated() {
            let made = try await rules.create(
                by: .setup,
                draft(key.id, name: "rule-\(number)") {
                    $0.claims = [claim]
                    $0.scopes = ScopeSet(text: "labels:create")
                    $0.lifetime = .seconds(61)
                    $0.keys = place
                }, at: now)
            #expect(try await rules.find(by: .setup, made.id, at: now) == made)
            #expect(made.keys == place)
            var patch = SignInRulePatch()
            patch.scopes = .clear
            patch.replay = .set(.allowed)
            patch.claims = .set([])
            let changed = try await rules.change(by: .setup, made.id, patch, ifRevision: 1, at: now)
            #expect(changed.scopes == nil)
            #expect(changed.keys == place)
            #expect(try await rules.find(by: .setup, made.id, at: now) == changed)
        }
        let page = try await rules.list(by: .setup, SignInRuleFilter(), Page(after: nil, limit: 2), at: now)
        #expect(page.items.count == 2)
        #expect(page.next != nil)
    }

    @Test func `a disabled or removed rule lets nobody in, and a removed one's name is free`() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let key = try await world.issue(for: .app(app)).key
        let rules = rules(world)
        let rule = try await rules.create(by: .setup, draft(key.id), at: now)
        await #expect(
            performing: { _ = try await rules.create(by: .setup, draft(key.id), at: now) }, throws: Self.isConflict)
        _ = try await rules.disable(by: .setup, rule.id, at: now)
        #expect(await show(world, "a") == .refused(.noRule))
        _ = try await rules.enable(by: .setup, rule.id, at: now)
        #expect(await show(world, "a") != .refused(.noRule))
        _ = try await rules.remove(by: .setup, rule.id, ifRevision: nil, at: now)
        #expect(await show(world, "b") == .refused(.noRule))
        await #expect(throws: Refusal.notFound("sign-in rule")) {
            try await rules.find(by: .setup, rule.id, at: now)
        }
        _ = try await rules.create(by: .setup, draft(key.id), at: now)
    }

    @Test func `nobody lets others in above their own reach`() async throws {
        let world = try await World.make()
        let (one, app) = try await world.customer("one")
        let (two, _) = try await world.customer("two")
        let rules = rules(world)
        let key = try await world.issue(for: .app(app)).key
        let rule = try await rules.create(by: .setup, draft(key.id), at: now)
        let stranger = world.caller("keys:*", boundTo: [two])
        await #expect(throws: Refusal.notFound("sign-in rule")) {
            try await rules.disable(by: stranger, rule.id, at: now)
        }
        await #expect(
            performing: { _ = try await rules.create(by: stranger, draft(key.id, name: "n"), at: now) },
            throws: { if case .invalid("/key", _, _)? = $0 as? Refusal { true } else { false } })
        let manager = try await world.issue("*:*", in: Keyspace.builtInName, for: .account(one)).key
        let writer = world.caller("keys:write", boundTo: [one])
        await #expect(
            performing: { _ = try await rules.create(by: writer, draft(manager.id, name: "m"), at: now) },
            throws: { if case .wouldEscalate("/key", _)? = $0 as? Refusal { true } else { false } })
        await #expect(throws: Refusal.missingScope(Permission.keysWrite)) {
            try await rules.create(by: world.caller("keys:read"), draft(key.id, name: "r"), at: now)
        }
    }

    @Test func `a secretless key has no secret to rotate, and is no way back in`() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app)) { $0.isSecretless = true }
        #expect(sample.key.isSecretless)
        #expect(sample.key.hint == "acme_live_…")
        #expect(try await world.keys.find(by: .setup, sample.key.id, at: now).key.isSecretless)
        await #expect(
            performing: {
                _ = try await world.keys.rotate(
                    by: .setup, sample.key.id, RotationTerms(grace: .seconds(60)), ifRevision: nil, at: now)
            },
            throws: Self.isConflict)
        let house = try await world.owners.accounts(by: .setup, at: now)
        let unseen = try await world.issue("*:*", in: Keyspace.builtInName, for: house) { $0.isSecretless = true }.key
        let first = try await world.issue("*:*", in: Keyspace.builtInName, for: house).key
        await #expect(
            performing: { _ = try await world.keys.disable(by: .setup, first.id, at: now) },
            throws: Self.isConflict)
        _ = try await world.keys.disable(by: .setup, unseen.id, at: now)
    }
}

extension Owners {
    /// The house account.
    fileprivate func accounts(by caller: Caller, at now: Instant) async throws -> OwnerID {
        var filter = OwnerFilter(type: .account)
        filter.externalID = Owner.houseExternalID
        let found = try await list(by: caller, filter, Page(after: nil, limit: 1), at: now)
        return try #require(found.items.first).id
    }
}
