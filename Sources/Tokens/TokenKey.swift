// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// A key that tokens are signed with, and when it does what. What it may do at a moment follows from its times alone, so
/// nothing has to happen for it to begin or to end.
///
/// It is published before it signs, for as long as others may have an older set in their caches; and after it signed,
/// for as long as what it signed is good.
package struct TokenKey: Sendable, Equatable {
    /// Tokens name it as `kid`.
    package let id: TokenKeyID
    package let verifying: TokenVerifyingKey
    package let createdAt: Instant
    package let signsFrom: Instant
    /// Nil while no other is to follow it.
    package var signsUntil: Instant?
    /// From here on nothing that it signed is accepted. Nil while it signs.
    package var publishedUntil: Instant?

    /// A key with its times.
    package init(
        id: TokenKeyID, verifying: TokenVerifyingKey, createdAt: Instant, signsFrom: Instant,
        signsUntil: Instant? = nil, publishedUntil: Instant? = nil
    ) {
        self.id = id
        self.verifying = verifying
        self.createdAt = createdAt
        self.signsFrom = signsFrom
        self.signsUntil = signsUntil
        self.publishedUntil = publishedUntil
    }

    package var algorithm: TokenAlgorithm { verifying.algorithm }

    /// Where it stands at a moment.
    package func state(at now: Instant) -> State {
        if let publishedUntil, now >= publishedUntil { return .ended }
        if let signsUntil, now >= signsUntil { return .retiring }
        return now >= signsFrom ? .current : .next
    }

    /// What a key does at a moment.
    package enum State: String, Sendable {
        /// Published, so that everybody knows it before it signs.
        case next
        case current
        /// Signs no more; what it signed is good.
        case retiring
        /// Not known any more.
        case ended
    }
}

/// Names keys that sign tokens.
package enum TokenKeyKind: IdentifierKind {
    package static let prefix = "tk"
}
/// The identifier of a key that signs tokens, `tk_…`.
package typealias TokenKeyID = Identifier<TokenKeyKind>

/// Names tokens.
package enum TokenKind: IdentifierKind {
    package static let prefix = "tok"
}
/// The identifier of one token, `tok_…`; its `jti`.
package typealias TokenID = Identifier<TokenKind>
