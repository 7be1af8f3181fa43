// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

/// What calls about held keys need of the rest of the house beyond lending.
package struct HoldingPorts: Sendable {
    /// Gives out the value of an integration that says so; the exposure is durable before it comes back.
    package let reveal: @Sendable (AskedReveal) async -> RevealOutcome
    /// Told that somebody calls through a deleted credential. Must not wait.
    package let askedForDeleted: @Sendable (AskedDeleted) -> Void

    /// All of them.
    package init(
        reveal: @escaping @Sendable (AskedReveal) async -> RevealOutcome,
        askedForDeleted: @escaping @Sendable (AskedDeleted) -> Void
    ) {
        self.reveal = reveal
        self.askedForDeleted = askedForDeleted
    }

    /// For planes that only decide and lend.
    package static let none = HoldingPorts { _ in
        .unavailable
    } askedForDeleted: { _ in
    }
}

/// An app that asks for a value. Its key was accepted.
package struct AskedReveal: Sendable {
    package let integration: IntegrationID
    package let app: AppID
    package let account: AccountID
    package let key: KeyID
    package let address: IPAddress?
    package let request: RevealRequest
}

/// A lent call whose credential is deleted.
package struct AskedDeleted: Sendable {
    package let credential: CredentialID
    package let integration: IntegrationID
    package let app: AppID
    package let account: AccountID
    package let key: KeyID
}

/// What became of the wish to see a value.
package enum RevealOutcome: Sendable {
    case revealed(RevealedValue)
    /// Not in the present state; why.
    case refused(detail: String, fix: String)
    case unknown
    case unavailable
}
