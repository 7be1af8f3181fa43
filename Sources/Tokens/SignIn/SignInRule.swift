// SPDX-License-Identifier: Apache-2.0
package import Access

/// Whom an issuer must say that a machine is, for it to get the identity of one of our keys for a while.
package struct SignInRule: Equatable, Sendable {
    /// Whether it lets anybody in.
    package enum State: String, Sendable, CaseIterable { case active, disabled }

    /// What of a token that comes a second time.
    package enum Replay: String, Sendable, CaseIterable {
        /// It signs in again, until it ends.
        case allowed
        /// It is refused; each is remembered until it ends.
        case refused
    }

    package let id: SignInRuleID
    /// Unique within the account.
    package var name: String
    /// Whose key it is.
    package let account: AccountID
    /// What the tokens stand for: owner, keyspace, limits, restrictions and revocation are this key's.
    package let key: KeyID
    /// `iss`, byte for byte.
    package let issuer: String
    /// What must stand in `aud`.
    package var audience: String
    /// All must hold.
    package var claims: [ClaimCondition]
    /// What the tokens are narrowed to; nil for all that the key may.
    package var scopes: ScopeSet?
    /// How long the tokens live.
    package var lifetime: Length
    package var replay: Replay
    /// Where the issuer's keys are had.
    package var keys: KeyPlace
    package var state: State
    package let createdAt: Instant
    package var updatedAt: Instant
    /// Counts changes; the `ETag`.
    package var revision: Int64

    /// How long tokens may live; `15m` unless a rule says otherwise.
    package static let lifetimes = Length.seconds(60)...Length.seconds(3600)
    /// The usual lifetime.
    package static let usualLifetime = Length.seconds(900)
    /// The most rules of one issuer.
    package static let mostOfAnIssuer = 1000

    /// A rule from all its parts.
    package init(
        id: SignInRuleID, name: String, account: AccountID, key: KeyID, issuer: String, audience: String,
        claims: [ClaimCondition], scopes: ScopeSet?, lifetime: Length, replay: Replay, keys: KeyPlace, state: State,
        createdAt: Instant, updatedAt: Instant, revision: Int64
    ) {
        self.id = id
        self.name = name
        self.account = account
        self.key = key
        self.issuer = issuer
        self.audience = audience
        self.claims = claims
        self.scopes = scopes
        self.lifetime = lifetime
        self.replay = replay
        self.keys = keys
        self.state = state
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
