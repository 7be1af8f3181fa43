// SPDX-License-Identifier: Apache-2.0
internal import Access

/// When an identity counts.
extension ForeignClaims {
    /// How far the issuer's clock may be off, either way.
    static let skew = Length.seconds(60)
    /// How old an identity may be, whatever it says of its end; one that does not say when it was made may not say
    /// that it lives longer. So what must be remembered of a used one ends with the day.
    static let longestAge = Length.seconds(86_400)

    /// Throws unless it is in force.
    func checkTime(at now: Instant) throws(SignInRefusal) {
        guard expiresAt + Self.skew > now else { throw .tokenExpired }
        guard [notBefore, issuedAt].allSatisfy({ $0.map { $0 <= now + Self.skew } ?? true }) else {
            throw .tokenNotYetValid
        }
        guard (issuedAt ?? now) + Self.longestAge + Self.skew > now else { throw .tokenTooOld }
        guard issuedAt != nil || expiresAt <= now + Self.longestAge + Self.skew else { throw .tokenTooOld }
    }

    /// From when on it is refused whatever else is so.
    var end: Instant {
        let byAge = issuedAt.map { $0 + Self.longestAge } ?? .distantFuture
        return min(expiresAt, byAge) + Self.skew
    }
}
