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
    package var allow: [Route]
    package var expiresAt: Instant?
    package var state: State
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// An integration from all its parts.
    package init(
        id: IntegrationID, name: String, app: AppID, account: AccountID, credential: CredentialID, allow: [Route],
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
