// SPDX-License-Identifier: Apache-2.0
package import Access

/// The permission for one app to use one credential, narrowed to some methods and paths.
package struct Integration: Equatable, Sendable {
    /// What can be done to an integration. `revoked` is final.
    package enum State: String, Sendable { case active, paused, revoked }

    package let id: IntegrationID
    /// Unique within the app; the first path segment of its lent calls.
    package let name: String
    package let app: AppID
    package let account: AccountID
    package let credential: CredentialID
    /// What may be called; never empty.
    package var allow: [LendRule]
    /// How often: counted for the integration as a whole.
    package var limits: [Limit] = []
    package var quota: Quota? = nil
    /// Whether the app may see the value itself.
    package var reveals = false
    package var care = LendCare()
    package var expiresAt: Instant?
    package var state: State
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// An integration with what each must have.
    package init(
        id: IntegrationID, name: String, app: AppID, account: AccountID, credential: CredentialID, allow: [LendRule],
        expiresAt: Instant?, state: State, createdAt: Instant, updatedAt: Instant, revision: Int64
    ) {
        self.id = id
        self.name = name
        self.app = app
        self.account = account
        self.credential = credential
        self.allow = allow
        self.expiresAt = expiresAt
        self.state = state
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}

/// How lent calls are looked after on their way.
package struct LendCare: Hashable, Sendable {
    /// What becomes of a compressed answer, in which no value can be looked for.
    package enum Compressed: String, Sendable, CaseIterable {
        /// Decoded, looked through, and handed on plain.
        case decode
        /// The call fails.
        case refuse
        /// Handed on without a look.
        case pass
    }

    /// Whether a value that the provider sends back is replaced.
    package var scrubs = true
    package var compressed = Compressed.decode
    /// The most bytes a request or an answer may have; nil for no bound.
    package var requestBytes: Int? = nil
    package var responseBytes: Int? = nil

    /// The usual care.
    package init() {}
}
