// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Synchronization
import TestKit
import Testing
import Wire

@testable import Tokens

/// A machine shows an identity: what it gets, and every way in which it gets nothing.
@Suite struct SignInTests {
    /// Rules and what was written down, in memory.
    final class Desk: Sendable {
        struct State {
            var used: Set<Digest> = []
            var records: [SignInRecord] = []
            var refused: [RefusedSignIn] = []
        }
        static let secret = Digest(of: [[1]])
        let rules: [SignInRule]
        let isBroken: Bool
        let state = Mutex(State())

        init(_ rules: [SignInRule], isBroken: Bool = false) {
            self.rules = rules
            self.isBroken = isBroken
        }

        func signIns() -> SignIns {
            let keys = IssuerKeys(fetch: { _ throws(WebFault) in throw WebFault("no web here") }) { _, _ in }
            return SignIns(keys: keys) { issuer in
                self.rules.filter { $0.issuer == issuer }
            } secret: { key in
                key.low == 9 ? nil : Self.secret
            } write: { record in
                if self.isBroken { throw StorageFailure.full }
                return self.state.withLock { state in
                    if let used = record.used, !state.used.insert(used.mark).inserted { return false }
                    state.records.append(record)
                    return true
                }
            } refused: { refused in
                self.state.withLock { $0.refused.append(refused) }
            }
        }

        func signIn(_ token: [UInt8], rule: String? = nil, scopes: String? = nil) async -> SignInOutcome {
            await signIns().signIn(
                SignInAttempt(
                    token: token, rule: rule,
                    scopes: scopes.map { ScopeSet($0.split(separator: " ").compactMap { Scope($0) }) },
                    address: IPAddress("192.0.2.7"), now: FixedTime.start))
        }
    }

    private let issuer = TestIssuer()

    @Test func `the rule's key, for as long as the rule says`() async throws {
        let desk = Desk([issuer.rule(7)])
        let expected = SignInGrant(
            key: KeyID(high: 0, low: 7), scopes: nil, end: FixedTime.start(plus: 900),
            rule: SignInRuleID(high: 0, low: 7), secret: Desk.secret)
        #expect(await desk.signIn(issuer.token()) == .granted(expected))
        let record = try #require(desk.state.withLock { $0.records.first })
        #expect(record.address == "192.0.2.7")
        #expect(record.details.contains(.init("sub", "repo:acme/shop:ref:refs/heads/main")))
        #expect(record.details.contains(.init("claim repository", "acme/shop")))
        #expect(desk.state.withLock { $0.refused.isEmpty })
    }

    @Test func `the audience may be one of several`() async {
        let desk = Desk([issuer.rule()])
        let outcome = await desk.signIn(issuer.token(["aud": ["other", "bitting"]]))
        #expect(outcome == .granted(Self.grant(1)))
    }

    static func grant(_ id: UInt64, scopes: ScopeSet? = nil) -> SignInGrant {
        SignInGrant(
            key: KeyID(high: 0, low: id), scopes: scopes, end: FixedTime.start(plus: 900),
            rule: SignInRuleID(high: 0, low: id), secret: Desk.secret)
    }

    static let refusals: [(KeyValuePairs<String, JSON?>, SignInRefusal)] = [
        (["aud": "other"], .audienceMismatch), (["aud": ["Bitting", "bitting "]], .audienceMismatch),
        (["repository": "acme/bank"], .claimsMismatch), (["repository": nil], .claimsMismatch),
        (["exp": .integer(TestIssuer.seconds(-60))], .tokenExpired),
        (["nbf": .integer(TestIssuer.seconds(61))], .tokenNotYetValid),
        (["iss": "https://issuer.example/"], .noRule), (["iss": "https://ISSUER.example"], .noRule),
    ]

    @Test(arguments: SignInTests.refusals.indices)
    func `a genuine token that is not meant`(_ row: Int) async {
        let (changes, refusal) = Self.refusals[row]
        let desk = Desk([issuer.rule()])
        #expect(await desk.signIn(issuer.token(changes)) == .refused(refusal))
        #expect(desk.state.withLock { $0.records.isEmpty })
    }

    @Test func `one that the issuer did not sign learns nothing of the rules`() async {
        let desk = Desk([issuer.rule()])
        let forged = TestIssuer(seed: 2)
        for changes in [["aud": "other"], ["repository": "acme/bank"], [:]] as [KeyValuePairs<String, JSON?>] {
            #expect(await desk.signIn(forged.token(changes)) == .refused(.signatureInvalid))
        }
    }

    @Test func `refusals are told of the one rule they were about`() async {
        let desk = Desk([issuer.rule(1), issuer.rule(2, audience: "other")])
        _ = await desk.signIn(issuer.token(["repository": "acme/bank"]))
        _ = await desk.signIn(issuer.token(["repository": "acme/bank"]), rule: "rule-1")
        _ = await desk.signIn(issuer.token(["iss": "https://nobody.example"]))
        let refused = desk.state.withLock { $0.refused }
        #expect(refused.map(\.rule) == [nil, SignInRuleID(high: 0, low: 1)])
        #expect(refused.allSatisfy { $0.refusal == .claimsMismatch })
    }

    @Test func `several rules match: one must be named, by name or id`() async {
        let desk = Desk([issuer.rule(1), issuer.rule(2, ["sub": "repo:acme/*"])])
        #expect(await desk.signIn(issuer.token()) == .refused(.severalRules))
        #expect(await desk.signIn(issuer.token(), rule: "rule-2") == .granted(Self.grant(2)))
        let id = SignInRuleID(high: 0, low: 1).description
        #expect(await desk.signIn(issuer.token(), rule: id) == .granted(Self.grant(1)))
        #expect(await desk.signIn(issuer.token(), rule: "rule-3") == .refused(.noRule))
    }

    @Test func `scopes are never wider than the rule's`() async throws {
        let desk = Desk([issuer.rule(1, scopes: "labels:* orders:read")])
        let own = ScopeSet([try #require(Scope("labels:*")), try #require(Scope("orders:read"))])
        let some = ScopeSet([try #require(Scope("labels:create"))])
        #expect(await desk.signIn(issuer.token()) == .granted(Self.grant(1, scopes: own)))
        #expect(await desk.signIn(issuer.token(), scopes: "labels:create") == .granted(Self.grant(1, scopes: some)))
        for wide in ["orders:write", "*:*", "orders:*", "labels:create orders:write"] {
            #expect(await desk.signIn(issuer.token(), scopes: wide) == .refused(.scopeRefused))
        }
    }

    @Test func `a token counts once where the rule says so`() async {
        let desk = Desk([issuer.rule(replay: .refused)])
        #expect(await desk.signIn(issuer.token()) == .granted(Self.grant(1)))
        #expect(await desk.signIn(issuer.token()) == .refused(.tokenReplayed))
        #expect(await desk.signIn(issuer.token(["jti": "another"])) == .granted(Self.grant(1)))
    }

    @Test func `a refused sign-in does not use a token up`() async {
        let desk = Desk([issuer.rule(scopes: "labels:create", replay: .refused)])
        #expect(await desk.signIn(issuer.token(), scopes: "orders:read") == .refused(.scopeRefused))
        #expect(await desk.signIn(issuer.token(), scopes: "labels:create") != .refused(.tokenReplayed))
    }

    /// Of an ECDSA signature (r, s) anybody can make (r, n - s), which is as good.
    @Test func `a token counts once however its signature is written`() throws {
        let parts = issuer.token().split(separator: UInt8(ascii: "."))
        let other = Array("AAAA".utf8)[...]
        let respelled = Array([parts[0], parts[1], other].joined(separator: [UInt8(ascii: ".")]))
        #expect(try ForeignToken(respelled).mark == ForeignToken(issuer.token()).mark)
        #expect(try ForeignToken(issuer.token(["jti": "2"])).mark != ForeignToken(issuer.token()).mark)
    }

    @Test func `a key that is gone, or for which no token can be made, uses no identity up`() async {
        let desk = Desk([issuer.rule(9, replay: .refused)])
        #expect(await desk.signIn(issuer.token()) == .refused(.keyRefused))
        let attempt = SignInAttempt(
            token: issuer.token(), rule: nil, scopes: nil, address: nil, now: FixedTime.start)
        let other = Desk([issuer.rule(replay: .refused)]).signIns()
        #expect(await other.signIn(attempt) { _ in false } == .refused(.keyRefused))
        #expect(await other.signIn(attempt) == .granted(Self.grant(1)))
    }

    @Test func `what cannot be written down is not granted`() async {
        let desk = Desk([issuer.rule()], isBroken: true)
        #expect(await desk.signIn(issuer.token()) == .refused(.busy))
    }

    @Test func `each rule trusts its own keys, not those of another rule of the issuer`() async {
        let other = TestIssuer(seed: 2)
        let desk = Desk([issuer.rule(1), issuer.rule(2, keys: KeyPlace(.pinned(other.keySet.text)))])
        #expect(await desk.signIn(issuer.token()) == .granted(Self.grant(1)))
        #expect(await desk.signIn(other.token()) == .granted(Self.grant(2)))
        #expect(await desk.signIn(other.token(), rule: "rule-1") == .refused(.signatureInvalid))
    }

    @Test func `an issuer that cannot be asked is no reason to let anybody in`() async {
        let desk = Desk([issuer.rule(keys: KeyPlace())])
        #expect(await desk.signIn(issuer.token()) == .refused(.keysUnavailable))
    }

    @Test func `refusals have codes and texts of their own`() {
        #expect(Set(SignInRefusal.allCases.map(\.text)).count == SignInRefusal.allCases.count)
        let errors = Set(SignInRefusal.allCases.map(\.oauthError))
        #expect(errors == ["invalid_request", "invalid_scope", "temporarily_unavailable"])
    }

    @Test func `an attempt prints nothing of its token`() {
        let token = issuer.token()
        let attempt = SignInAttempt(token: token, rule: nil, scopes: nil, address: nil, now: FixedTime.start)
        #expect(!"\(attempt) \(String(reflecting: attempt))".contains("eyJ"))
    }
}
