// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing
import Wire

@testable import Tokens

/// A mint with one key, and claims to sign.
struct MintScene {
    let mint: Mint
    var key: TokenKey
    let claims: TokenClaims
    static let now = FixedTime.start

    init(_ algorithm: TokenAlgorithm = .es256, seed: UInt64 = 1, signsFrom: Instant = now) throws {
        var random = Seeded(seed)
        mint = Mint(issuer: "https://keys.test", algorithm: algorithm)
        let seed = Secret(count: TokenSigningKey.seedLength, using: &random)
        let made = TokenSigningKey(algorithm, seed: seed)
        let signing = try #require(made)
        key = TokenKey(
            id: TokenKeyID(at: Self.now, using: &random), verifying: signing.verifying, createdAt: Self.now,
            signsFrom: signsFrom)
        mint.apply(.key(key, signing))
        let account = AccountID(at: Self.now, using: &random)
        claims = TokenClaims(
            issuer: mint.issuer, audience: "acme", id: TokenID(at: Self.now, using: &random), issuedAt: Self.now,
            expiresAt: Self.now + .seconds(900), owner: .account(account), account: account,
            key: KeyID(at: Self.now, using: &random), secret: random.next(), keyspace: "acme", environment: "live",
            scopes: ScopeSet([.of("labels", "create"), .of("orders", "*")]))
    }

    func token(_ use: TokenClaims.Use = .access) throws -> [UInt8] { try #require(mint.sign(claims, use)) }
}

@Suite struct MintTests {
    @Test("what was signed is read again, whole, by either algorithm", arguments: TokenAlgorithm.allCases)
    func roundTrip(algorithm: TokenAlgorithm) throws {
        let scene = try MintScene(algorithm)
        let read = try #require(scene.mint.read(try scene.token(), at: MintScene.now))
        #expect(read.claims == scene.claims)
        #expect(!read.isRevoked)
    }

    @Test("a token that was altered anywhere is none of ours", arguments: TokenAlgorithm.allCases)
    func altered(algorithm: TokenAlgorithm) throws {
        let scene = try MintScene(algorithm)
        let token = try scene.token()
        for position in token.indices {
            var other = token
            other[position] = other[position] == 0x41 ? 0x42 : 0x41
            guard other != token else { continue }
            let read = scene.mint.read(other, at: MintScene.now)
            // The last character of a signature holds bits that stand for nothing; they must be what we write.
            #expect(read == nil, "position \(position)")
        }
        for cut in [0, 1, token.count / 2, token.count - 1] {
            #expect(scene.mint.read(Array(token.prefix(cut)), at: MintScene.now) == nil)
        }
        #expect(scene.mint.read(token + [0x41], at: MintScene.now) == nil)
    }

    @Test("no header but our own is accepted, whatever it asks for")
    func headers() throws {
        let scene = try MintScene(.edDSA)
        let token = try scene.token()
        let rest = token[(try #require(token.firstIndex(of: 0x2E)))...]
        let kid = scene.key.id.description
        for header in [
            #"{"alg":"none"}"#, #"{"alg":"none","typ":"at+jwt","kid":"\#(kid)"}"#,
            #"{"alg":"HS256","typ":"at+jwt","kid":"\#(kid)"}"#, #"{"typ":"at+jwt","alg":"EdDSA","kid":"\#(kid)"}"#,
            #"{"alg":"EdDSA","typ":"at+jwt","kid":"tk_00000000000000000000000000"}"#,
            #"{"alg":"EdDSA","typ":"bitting-principal+jwt","kid":"\#(kid)"}"#,
            #"{"alg":"EdDSA","typ":"at+jwt","kid":"\#(kid)","crit":["x"]}"#,
        ] {
            let other = Array(Base64URL.text(Array(header.utf8)).utf8) + rest
            #expect(scene.mint.read(other, at: MintScene.now) == nil, "\(header)")
        }
        let unsigned = token.prefix(upTo: try #require(token.lastIndex(of: 0x2E))) + [0x2E]
        #expect(scene.mint.read(Array(unsigned), at: MintScene.now) == nil)
    }

    @Test("a principal is not accepted as a token")
    func principal() throws {
        let scene = try MintScene()
        #expect(scene.mint.read(try scene.token(.principal), at: MintScene.now) == nil)
    }

    @Test("another installation's token is none of ours, nor is one of another issuer")
    func others() throws {
        let (ours, theirs) = (try MintScene(seed: 1), try MintScene(seed: 2))
        #expect(ours.mint.read(try theirs.token(), at: MintScene.now) == nil)
    }

    @Test("a revoked token is known as such, and whoever remembers tokens is told to forget")
    func revoked() throws {
        let scene = try MintScene()
        let token = try scene.token()
        let before = scene.mint.epoch
        scene.mint.apply(.revoked(scene.claims.id, until: scene.claims.expiresAt))
        #expect(scene.mint.epoch > before)
        #expect(try #require(scene.mint.read(token, at: MintScene.now)).isRevoked)
        scene.mint.tidy(at: scene.claims.expiresAt)
        #expect(!(try #require(scene.mint.read(token, at: MintScene.now)).isRevoked))
    }

    @Test("a key signs from its time until its time, and is known before and after")
    func times() throws {
        let later = MintScene.now + .seconds(600)
        var scene = try MintScene(signsFrom: later)
        #expect(scene.mint.sign(scene.claims, .access) == nil)
        #expect(scene.mint.published(at: MintScene.now) == [scene.key])
        var claims = scene.claims
        claims.issuedAt = later
        let token = try #require(scene.mint.sign(claims, .access))
        scene.key.signsUntil = later + .seconds(10)
        scene.key.publishedUntil = later + .seconds(100)
        scene.mint.apply(.times(scene.key))
        claims.issuedAt = later + .seconds(10)
        #expect(scene.mint.sign(claims, .access) == nil)
        #expect(scene.mint.read(token, at: later + .seconds(99)) != nil)
        #expect(scene.mint.read(token, at: later + .seconds(100)) == nil)
        #expect(scene.mint.published(at: later + .seconds(100)).isEmpty)
    }

    @Test("the key set holds the public halves as RFC 7517 and RFC 8037 write them")
    func keySet() throws {
        for algorithm in TokenAlgorithm.allCases {
            let scene = try MintScene(algorithm)
            let set = try JSON.parse(TokenKeySet.json([scene.key]))
            let key = try #require(set["keys"]?.asArray?.first)
            #expect(key["kid"]?.asString == scene.key.id.description && key["alg"]?.asString == algorithm.rawValue)
            #expect(key["use"]?.asString == "sig" && key["d"] == nil)
            let names = algorithm == .es256 ? ["x", "y"] : ["x"]
            let bytes = names.compactMap { key[$0]?.asString.flatMap { Base64URL.bytes($0) } }
            #expect(Array(bytes.joined()) == scene.key.verifying.bytes)
        }
    }
}

@Suite struct TokenTermsTests {
    private static let now = FixedTime.start
    private static let shown = TokenTerms.Shown(
        scopes: ScopeSet([.of("labels", "*"), .of("orders", "read")]), audiences: ["acme"],
        end: now + .seconds(7200))

    private static func scopes(_ text: String) -> ScopeSet {
        ScopeSet(text.split(separator: " ").compactMap { Scope($0) })
    }

    @Test("what is not asked for is as for what was shown, for a quarter of an hour")
    func usual() throws {
        let terms = try TokenTerms(Self.shown, scopes: nil, audience: nil, life: nil, at: Self.now)
        #expect(terms.scopes.description == "labels:* orders:read" && terms.audience == "acme")
        #expect(terms.expiresAt == Self.now + .seconds(900))
    }

    @Test(
        "narrower is given, wider is refused",
        arguments: [
            ("labels:create", true), ("labels:*", true), ("orders:read", true), ("labels:create orders:read", true),
            ("orders:write", false), ("*:*", false), ("*:read", false), ("labels:create keys:read", false),
        ])
    func narrowing(asked: String, isGiven: Bool) throws {
        if isGiven {
            let terms = try TokenTerms(
                Self.shown, scopes: Self.scopes(asked), audience: nil, life: nil, at: Self.now)
            #expect(terms.scopes == Self.scopes(asked))
        } else {
            #expect(throws: TokenTerms.Refusal.widerScopes) {
                try TokenTerms(Self.shown, scopes: Self.scopes(asked), audience: nil, life: nil, at: Self.now)
            }
        }
    }

    @Test("no token lives longer than what was shown for it, nor than an hour")
    func life() throws {
        let soon = TokenTerms.Shown(scopes: ScopeSet([]), audiences: ["acme"], end: Self.now + .seconds(60))
        let capped = try TokenTerms(soon, scopes: nil, audience: nil, life: nil, at: Self.now)
        #expect(capped.expiresAt == Self.now + .seconds(60))
        for (shown, life) in [(soon, 61), (Self.shown, 3601)] as [(TokenTerms.Shown, Int64)] {
            #expect(throws: TokenTerms.Refusal.longerLife) {
                try TokenTerms(shown, scopes: nil, audience: nil, life: .seconds(life), at: Self.now)
            }
        }
        let asked = try TokenTerms(Self.shown, scopes: nil, audience: nil, life: .seconds(3600), at: Self.now)
        #expect(asked.expiresAt == Self.now + .seconds(3600))
        let over = TokenTerms.Shown(scopes: ScopeSet([]), audiences: ["acme"], end: Self.now)
        #expect(throws: TokenTerms.Refusal.ended) {
            try TokenTerms(over, scopes: nil, audience: nil, life: nil, at: Self.now)
        }
    }

    @Test("another audience is refused")
    func audience() {
        #expect(throws: TokenTerms.Refusal.otherAudience) {
            try TokenTerms(Self.shown, scopes: nil, audience: "other", life: nil, at: Self.now)
        }
    }
}
