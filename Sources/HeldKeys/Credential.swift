// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// A held key: for one provider, of one account. Its values are ciphertext everywhere but in a request on its way out.
package struct Credential: Equatable, Sendable {
    package let id: CredentialID
    package let account: AccountID
    package let provider: String
    package var name: String
    /// In the order of their numbers, exactly one of them current.
    package var versions: [CredentialVersion]
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// A credential from all its parts.
    package init(
        id: CredentialID, account: AccountID, provider: String, name: String, versions: [CredentialVersion],
        createdAt: Instant, updatedAt: Instant, revision: Int64
    ) {
        self.id = id
        self.account = account
        self.provider = provider
        self.name = name
        self.versions = versions
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// The version that lent calls carry.
    package var current: CredentialVersion? { versions.first { $0.state == .current } }
}

/// One value a credential has had.
package struct CredentialVersion: Equatable, Sendable {
    /// What a version is for.
    package enum State: String, Sendable { case pending, current, previous, retired }

    package let id: VersionID
    /// Counts from 1 within the credential; part of what the ciphertext is bound to.
    package let number: Int64
    package var state: State
    /// Keyed by the account's data key: equal for equal values under one data key, and no help in guessing.
    package let fingerprint: String
    /// The sealed value.
    package let box: [UInt8]
    package let createdAt: Instant

    /// A version from all its parts.
    package init(id: VersionID, number: Int64, state: State, fingerprint: String, box: [UInt8], createdAt: Instant) {
        self.id = id
        self.number = number
        self.state = state
        self.fingerprint = fingerprint
        self.box = box
        self.createdAt = createdAt
    }
}
