// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// One secret of a key, as its digest.
package struct KeySecret: Equatable, Sendable {
    /// What a secret is to its key. A retired one is dead whatever any clock says, and is kept until the next rotation,
    /// so that a call with it can be told from a call with garbage.
    package enum Role: String, Sendable { case current, retiring, retired }

    package let digest: Digest
    package var role: Role
    package let createdAt: Instant
    /// When a retiring secret stops; nil for the current one.
    package var graceExpiresAt: Instant?
    /// Since when it is retiring; nil for the current one.
    package var retiringSince: Instant?
    /// A retiring secret that was not used for so long is retired at once; nil to wait for the end of its grace.
    package var finishWhenIdle: Length?
    /// The hint of a secret that is not the current one; that one's stands in the key.
    package var hint: String?
    /// Made elsewhere: of any shape, without our checksum.
    package var isForeign: Bool

    /// A secret's record.
    package init(
        digest: Digest, role: Role, createdAt: Instant, graceExpiresAt: Instant? = nil, retiringSince: Instant? = nil,
        finishWhenIdle: Length? = nil, hint: String? = nil, isForeign: Bool = false
    ) {
        self.digest = digest
        self.role = role
        self.createdAt = createdAt
        self.graceExpiresAt = graceExpiresAt
        self.retiringSince = retiringSince
        self.finishWhenIdle = finishWhenIdle
        self.hint = hint
        self.isForeign = isForeign
    }
}
