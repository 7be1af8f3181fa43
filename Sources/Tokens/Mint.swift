// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Synchronization

/// Signs tokens, and knows its own again. All event loops and the control plane share one.
///
/// Whether the key behind a token is still good is not its business: that is looked up at each use.
package final class Mint: Sendable {
    private struct State {
        var presses: [Press] = []
        /// Tokens revoked before their end, until then.
        var revoked: [TokenID: Instant] = [:]
    }

    /// A key with what tokens by it begin with.
    private struct Press {
        var key: TokenKey
        let signing: TokenSigningKey
        let accessHead: [UInt8]
        let principalHead: [UInt8]
    }

    /// Who signs, as tokens say it.
    package let issuer: String
    /// What new tokens are signed with.
    package let algorithm: TokenAlgorithm
    private let state = Mutex(State())
    private let changes = Atomic<UInt64>(0)

    /// A mint without keys.
    package init(issuer: String, algorithm: TokenAlgorithm) {
        self.issuer = issuer
        self.algorithm = algorithm
    }

    /// One that has no keys and gets none: nothing is a token, nothing is signed.
    package static var none: Mint { Mint(issuer: "", algorithm: .edDSA) }

    /// Goes up whenever a token that was good may not be any more. Whoever remembers tokens forgets them all then.
    package var epoch: UInt64 { changes.load(ordering: .acquiring) }

    /// Puts a change in force. When this returns, nobody's token is read by the state before.
    package func apply(_ change: MintChange) {
        state.withLock { state in
            switch change {
            case .key(let key, let signing):
                let press = Press(
                    key: key, signing: signing, accessHead: CompactToken.head(key, .access),
                    principalHead: CompactToken.head(key, .principal))
                state.presses.append(press)
            case .times(let key):
                for position in state.presses.indices where state.presses[position].key.id == key.id {
                    state.presses[position].key = key
                }
            case .forgetKey(let id): state.presses.removeAll { $0.key.id == id }
            case .revoked(let id, let end): state.revoked[id] = end
            }
        }
        changes.add(1, ordering: .acquiringAndReleasing)
    }

    /// The keys that anybody should know at a moment, oldest first.
    package func published(at now: Instant) -> [TokenKey] {
        state.withLock { $0.presses.map(\.key) }.filter { $0.state(at: now) != .ended }.sorted { $0.id < $1.id }
    }

    /// A signed token, or nil while no key signs.
    package func sign(_ claims: TokenClaims, _ use: TokenClaims.Use) -> [UInt8]? {
        let press = state.withLock { state in
            state.presses.last {
                $0.key.algorithm == algorithm && $0.key.state(at: claims.issuedAt) == .current
            }
        }
        guard let press else { return nil }
        let head = use == .access ? press.accessHead : press.principalHead
        return CompactToken.text(claims, head: head, by: press.signing)
    }

    /// What a token says that is one of ours, for access, and was not altered; with whether it was revoked. Its time may
    /// be over. Nil for any other text.
    package func read(_ text: [UInt8], at now: Instant) -> (claims: TokenClaims, isRevoked: Bool)? {
        guard text.count <= CompactToken.longest else { return nil }
        let press = state.withLock { state in
            state.presses.first { $0.key.state(at: now) != .ended && text.starts(with: $0.accessHead) }
        }
        guard let press, let parts = CompactToken.parts(text, after: press.accessHead.count),
            press.key.verifying.accepts(parts.signature, of: parts.signed),
            let claims = TokenClaims(json: parts.payload), claims.issuer == issuer
        else { return nil }
        return (claims, state.withLock { $0.revoked[claims.id] != nil })
    }

    /// Forgets revocations of tokens whose time is over anyway.
    package func tidy(at now: Instant) {
        state.withLock { state in
            guard state.revoked.values.contains(where: { $0 <= now }) else { return }
            state.revoked = state.revoked.filter { $0.value > now }
        }
    }
}

/// A change to a ``Mint``.
package enum MintChange: Sendable {
    case key(TokenKey, TokenSigningKey)
    /// A known key's times were set.
    case times(TokenKey)
    case forgetKey(TokenKeyID)
    /// A token ends before its time.
    case revoked(TokenID, until: Instant)
}
