// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// A held key: for one provider, of one account. Its values are ciphertext everywhere but in a request on its way out.
package struct Credential: Equatable, Sendable {
    package let id: CredentialID
    package let account: AccountID
    package let provider: String
    package var name: String
    /// What it says of itself that is not secret, in the order of the names.
    package var settings: [CredentialSetting] = []
    /// In the order of their numbers. One is current, unless it is deleted; at most one is pending, one previous.
    package var versions: [CredentialVersion]
    /// When it was deleted, and until when that can be taken back.
    package var deletion: Deletion? = nil
    /// The rotation that is under way; its versions are moved by nobody else meanwhile.
    package var rotation: RotationID? = nil
    /// While a rotation switches: the share of calls that carry the newer of two versions, in percent. Below 100 that
    /// is the pending one, at 100 the current one; the other one is the way back.
    package var share: Int? = nil
    /// When and how its value is replaced without anybody asking.
    package var policy: RotationPolicy? = nil
    /// When that is next; nil for never.
    package var rotateAt: Instant? = nil
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// A deletion that can be taken back for a while; then the values are destroyed.
    package struct Deletion: Equatable, Sendable {
        package let at: Instant
        package let recoverableUntil: Instant
        /// A deletion.
        package init(at: Instant, recoverableUntil: Instant) {
            self.at = at
            self.recoverableUntil = recoverableUntil
        }
    }

    /// A credential with what each must have.
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

    /// The version that lent calls carry; none of a deleted credential.
    package var current: CredentialVersion? { deletion == nil ? versions.first { $0.state == .current } : nil }
}

/// One value a credential has had.
package struct CredentialVersion: Equatable, Sendable {
    /// What a version is for. Only a retired one has no value any more.
    package enum State: String, Sendable { case pending, current, previous, retired }

    package let id: VersionID
    /// Counts from 1 within the credential; part of what the ciphertext is bound to.
    package let number: Int64
    package var state: State
    /// Keyed by the account's data key: equal for equal values under one data key, and no help in guessing.
    package let fingerprint: String
    /// The names of the value's parts, in their order; empty for a value that is one text.
    package var parts: [String] = []
    /// The sealed value; empty when it was destroyed.
    package var box: [UInt8]
    package let createdAt: Instant
    /// When the provider will refuse it by itself, as far as is known.
    package var expiresAt: Instant? = nil
    /// The provider's id of this key, as far as it is known; no secret.
    package var keyID: String? = nil
    /// Whether the provider made it because we asked: then it may be deleted there without a person's yes.
    package var isMinted = false

    /// A version with what each must have.
    package init(id: VersionID, number: Int64, state: State, fingerprint: String, box: [UInt8], createdAt: Instant) {
        self.id = id
        self.number = number
        self.state = state
        self.fingerprint = fingerprint
        self.box = box
        self.createdAt = createdAt
    }
}
