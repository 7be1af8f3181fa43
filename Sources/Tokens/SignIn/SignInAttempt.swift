// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// A machine that shows an identity it has and wants a token of ours for it.
///
/// Its description is nothing of the identity, which is as good as a key until it ends.
package struct SignInAttempt: Sendable, CustomStringConvertible, CustomReflectable {
    /// The identity: a compact JWS, as it came.
    package let token: [UInt8]
    /// The name or id of the rule; nil for the one that matches.
    package let rule: String?
    /// What is asked for; nil for all that the rule gives.
    package let scopes: ScopeSet?
    /// Where the call came from.
    package let address: IPAddress?
    package let now: Instant

    /// An attempt.
    package init(token: [UInt8], rule: String?, scopes: ScopeSet?, address: IPAddress?, now: Instant) {
        self.token = token
        self.rule = rule
        self.scopes = scopes
        self.address = address
        self.now = now
    }

    package var description: String { "SignInAttempt(\(token.count) bytes)" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// What became of an attempt.
package enum SignInOutcome: Equatable, Sendable {
    /// A token may be made. By now it is written down that it was.
    case granted(SignInGrant)
    case refused(SignInRefusal)
}

/// What a machine that signed in gets: the identity of a key, for a while.
package struct SignInGrant: Equatable, Sendable {
    package let key: KeyID
    /// What the token is narrowed to; nil for all that the key may. Never wider than the rule; the key may have lost a
    /// scope since the rule was made, so what counts is what both have.
    package let scopes: ScopeSet?
    /// When the token must end at the latest; the key's own end may come before.
    package let end: Instant
    package let rule: SignInRuleID
    /// The digest of the key's current secret, by which the key is found; the token dies with that secret.
    package let secret: Digest
}
