// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Secrets
internal import Tokens

/// Signed statements of who calls, for upstreams that do not trust every hop on the way.
///
/// Signing has no place on the hot path: one is signed at most once a minute for a key and then used again. Confined to
/// one event loop.
final class Principals {
    private struct Signed {
        let text: [UInt8]
        let scopes: [UInt8]
        /// Keeps the token it was signed for, so that its place in memory names no other.
        let token: ShownToken?
        let until: Instant
    }

    private struct Name: Hashable {
        let record: Int
        let token: ObjectIdentifier?
    }

    private static let mostKept = 8192

    private let mint: Mint
    private var kept: [Name: Signed] = [:]
    private var random = SystemRandomNumberGenerator()

    init(mint: Mint) { self.mint = mint }

    /// The principal of a key that was found good; empty while nothing signs.
    func principal(
        of key: KeyPosition, by token: ShownToken?, _ contents: borrowing KeyIndex.Contents, at now: Instant
    ) -> [UInt8] {
        let name = Name(record: key.record, token: token.map { ObjectIdentifier($0) })
        let scopes = contents.scopes(of: key, by: token)
        if let signed = kept[name], signed.until > now, signed.scopes == scopes.text { return signed.text }
        let claims = contents.claims(
            of: key, scopes: scopes, issuer: mint.issuer, id: TokenID(at: now, using: &random), at: now,
            until: now + TokenTimes.principalLife)
        guard let text = mint.sign(claims, .principal) else { return [] }
        if kept.count >= Self.mostKept { kept.removeAll(keepingCapacity: true) }
        kept[name] = Signed(text: text, scopes: scopes.text, token: token, until: now + TokenTimes.principalFresh)
        return text
    }
}

extension KeyIndex.Contents {
    /// What a token of a key says.
    borrowing func claims(
        of key: KeyPosition, scopes: ScopeSet, issuer: String, id: TokenID, at now: Instant, until end: Instant,
        audience: String? = nil
    ) -> TokenClaims {
        let portrait = portrait(key)
        let keyspace = keyspaceName(of: key)
        return TokenClaims(
            issuer: issuer, audience: audience ?? keyspace, id: id, issuedAt: now, expiresAt: end,
            owner: portrait.owner, account: portrait.account, key: portrait.id, secret: secretMark(of: key),
            keyspace: keyspace, environment: environment(of: key), scopes: scopes)
    }
}
