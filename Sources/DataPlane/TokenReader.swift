// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import IssuedKeys
internal import Secrets
internal import Tokens

/// Tells tokens from keys, and remembers those whose signature was good, since checking one costs as much as ten
/// verifications. Confined to one event loop.
///
/// What is remembered is what the token says. Whether its key is still good, and whether the token was revoked, is
/// looked up at each use: a revocation makes all event loops forget.
final class TokenReader {
    private static let mostKnown = 4096

    let mint: Mint
    private var known: [Digest: Known] = [:]
    private var epoch: UInt64 = 0

    /// A token, and all it says.
    struct Known {
        let token: ShownToken
        let claims: TokenClaims
    }

    init(mint: Mint) { self.mint = mint }

    /// The token that a text is; nil for everything else, which is then to be looked at as a key.
    @inline(__always)
    func token(in text: Span<UInt8>, at now: Instant) -> ShownToken? { known(text, at: now)?.token }

    /// The same with all it says.
    @inline(__always)
    func known(_ text: Span<UInt8>, at now: Instant) -> Known? {
        // `eyJ` begins every JWT; no key of ours can, for it has a capital in its prefix.
        guard text.count > 100, text[0] == 0x65, text[1] == 0x79, text[2] == 0x4A else { return nil }
        return read(text, at: now)
    }

    private func read(_ text: Span<UInt8>, at now: Instant) -> Known? {
        if epoch != mint.epoch {
            epoch = mint.epoch
            known.removeAll(keepingCapacity: true)
        }
        let digest = Digest(of: text)
        if let found = known[digest] { return found }
        guard let (claims, isRevoked) = mint.read(text.copy(), at: now) else { return nil }
        let token = ShownToken(
            key: claims.key, secret: claims.secret, scopes: claims.scopes, expiresAt: claims.expiresAt,
            isRevoked: isRevoked)
        if known.count >= Self.mostKnown { known.removeAll(keepingCapacity: true) }
        let found = Known(token: token, claims: claims)
        known[digest] = found
        return found
    }
}

extension Span<UInt8> {
    fileprivate func copy() -> [UInt8] { indices.map { self[$0] } }
}
