// SPDX-License-Identifier: Apache-2.0
package import Access
package import Tokens

/// What OAuth calls need of the rest of the house: changes, which are durable before they are answered.
package struct OAuthPorts: Sendable {
    /// Ends a key, or only its retiring secret, on behalf of whoever holds it.
    package let revokeKey: @Sendable (HeldKey) async -> RevocationOutcome
    /// Ends one token before its time.
    package let revokeToken: @Sendable (TokenClaims, IPAddress?) async -> RevocationOutcome

    /// Decides about a machine that shows an identity made elsewhere.
    package let signIn: SignIn

    /// Asks `admitting`, from any thread, before what it grants is written down.
    package typealias SignIn =
        @Sendable (
            SignInAttempt, _ admitting: @escaping @Sendable (SignInGrant) -> Bool
        ) async -> SignInOutcome

    /// All of them.
    package init(
        revokeKey: @escaping @Sendable (HeldKey) async -> RevocationOutcome,
        revokeToken: @escaping @Sendable (TokenClaims, IPAddress?) async -> RevocationOutcome,
        signIn: @escaping SignIn = { _, _ in .refused(.noRule) }
    ) {
        self.revokeKey = revokeKey
        self.revokeToken = revokeToken
        self.signIn = signIn
    }

    /// For planes that only decide.
    package static let none = OAuthPorts { _ in
        .unavailable
    } revokeToken: { _, _ in
        .unavailable
    }
}

/// A key that somebody showed.
package struct HeldKey: Sendable {
    package let id: KeyID
    package let account: AccountID
    /// It was the retiring secret: whoever holds only that must not end the new one.
    package let isRetiring: Bool
    /// Who showed it.
    package let address: IPAddress?
}

/// What became of a revocation.
package enum RevocationOutcome: Sendable {
    /// Nobody accepts it any more.
    case done
    /// The house keeps it in force; why.
    case refused(detail: String, fix: String)
    case unavailable
}
