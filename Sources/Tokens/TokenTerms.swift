// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a key is traded for: never more than what is shown for it, neither in scopes nor in time nor in place.
package struct TokenTerms: Sendable, Equatable {
    package let scopes: ScopeSet
    package let audience: String
    package let expiresAt: Instant

    /// Why there is no token, as OAuth names it (RFC 6749, section 5.2; RFC 8693, section 2.2.2).
    package enum Refusal: Error, Equatable, Sendable {
        case widerScopes
        case longerLife
        case otherAudience
        /// What is shown ends too soon for a token.
        case ended
    }

    /// What was shown: a key, or a token that was traded for one.
    package struct Shown: Sendable {
        let scopes: ScopeSet
        /// The names under which it may be used.
        let audiences: [String]
        let end: Instant

        /// What is shown may do so much, there, and until then.
        package init(scopes: ScopeSet, audiences: [String], end: Instant) {
            self.scopes = scopes
            self.audiences = audiences
            self.end = end
        }
    }

    /// The terms of a token, or why there is none. What is not asked for is as for what was shown, but for the time:
    /// ``TokenTimes/usualLife``, or as long as that lasts.
    ///
    /// - Parameter life: asked for expressly, so it is kept to or refused.
    package init(
        _ shown: Shown, scopes asked: ScopeSet?, audience: String?, life: Length?, at now: Instant
    ) throws(Refusal) {
        guard shown.end > now + .seconds(1) else { throw .ended }
        if let asked, !shown.scopes.covers(all: asked) { throw .widerScopes }
        if let audience, !shown.audiences.contains(audience) { throw .otherAudience }
        if let life, life > TokenTimes.longestLife || now + life > shown.end { throw .longerLife }
        scopes = asked ?? shown.scopes
        self.audience = audience ?? shown.audiences.first ?? ""
        expiresAt = min(now + (life ?? TokenTimes.usualLife), shown.end)
    }
}
