// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Wire

@testable import Tokens

/// An issuer with one Ed25519 key, whose every word can be bent.
struct TestIssuer {
    var name = "https://issuer.example"
    var keyID: String? = "one"
    let key: SigningKey

    init(seed: UInt64 = 1) {
        var random = Seeded(seed)
        key = SigningKey(seed: Secret(count: SigningKey.seedLength, using: &random))
    }

    /// Good claims at ``FixedTime/start``.
    var claims: JSON {
        [
            "iss": .string(name), "aud": "bitting", "sub": "repo:acme/shop:ref:refs/heads/main",
            "repository": "acme/shop",
            "iat": .integer(Self.seconds(0)), "exp": .integer(Self.seconds(600)),
        ]
    }

    var header: JSON {
        var members: [JSON.Member] = [.init(name: "alg", value: "EdDSA"), .init(name: "typ", value: "JWT")]
        if let keyID { members.append(.init(name: "kid", value: .string(keyID))) }
        return .object(members)
    }

    /// Seconds since 1970 at the start and some seconds after it.
    static func seconds(_ after: Int64) -> Int64 { FixedTime.start(plus: after).milliseconds / 1000 }

    /// A token of the good claims, changed.
    func token(_ changes: KeyValuePairs<String, JSON?> = [:], header: JSON? = nil) -> [UInt8] {
        token(payload: claims.with(changes).text, header: (header ?? self.header).text)
    }

    func token(payload: String, header: String) -> [UInt8] {
        let signed = Base64URL.text(Array(header.utf8)) + "." + Base64URL.text(Array(payload.utf8))
        return Array((signed + "." + Base64URL.text(key.signature(of: Array(signed.utf8)))).utf8)
    }

    /// The key as it is published.
    var jwk: JSON {
        var members: [JSON.Member] = [
            .init(name: "kty", value: "OKP"), .init(name: "crv", value: "Ed25519"),
            .init(name: "x", value: .string(Base64URL.text(key.verifying.bytes))),
        ]
        if let keyID { members.append(.init(name: "kid", value: .string(keyID))) }
        return .object(members)
    }

    var keySet: JSON { ["keys": [jwk]] }

    /// A rule that takes its tokens by a pinned key.
    func rule(
        _ id: UInt64 = 1, _ claims: KeyValuePairs<String, String> = ["repository": "acme/shop"],
        audience: String = "bitting",
        scopes: String? = nil, replay: SignInRule.Replay = .allowed, keys: KeyPlace? = nil
    ) -> SignInRule {
        SignInRule(
            id: SignInRuleID(high: 0, low: id), name: "rule-\(id)", account: AccountID(high: 0, low: 1),
            key: KeyID(high: 0, low: id), issuer: name, audience: audience,
            claims: claims.compactMap { claim, pattern in
                ClaimPattern(pattern).flatMap { ClaimCondition(claim: claim, patterns: [$0]) }
            },
            scopes: scopes.map { ScopeSet($0.split(separator: " ").compactMap { Scope($0) }) }, lifetime: .seconds(900),
            replay: replay, keys: keys ?? KeyPlace(.pinned(keySet.text)), state: .active, createdAt: FixedTime.start,
            updatedAt: FixedTime.start, revision: 1)
    }
}

extension JSON {
    /// With some members set, or taken away.
    func with(_ changes: KeyValuePairs<String, JSON?>) -> JSON {
        var members = asObject ?? []
        for (name, value) in changes {
            members.removeAll { $0.name == name }
            if let value { members.append(Member(name: name, value: value)) }
        }
        return .object(members)
    }
}
