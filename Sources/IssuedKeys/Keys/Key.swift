// SPDX-License-Identifier: Apache-2.0
package import Access

/// An issued key as it is stored: everything but its secret, of which only digests are kept.
package struct Key: Equatable, Sendable {
    package let id: KeyID
    package let keyspace: KeyspaceID
    /// Changed only where a key outlives its owner.
    package var owner: OwnerID
    /// The account the owner is or stands in.
    package let account: AccountID
    package var name: String
    package var scopes: ScopeSet
    package var state: KeyState
    package var expiresAt: Instant?
    package var notBefore: Instant?
    /// Where calls may come from; empty for anywhere.
    package var allowedAddresses: [AddressRange]
    /// What calls may be made; empty for any.
    package var allowedRoutes: [Route]
    /// Management keys: the accounts it is bound to; empty for all.
    package var boundAccounts: [AccountID]
    /// A JSON object as text.
    package var metadata: String
    /// Its own limits; nil for those of its keyspace.
    package var limits: [Limit]?
    package var quota: Quota?
    /// Prefix and last four characters of the current secret, for people.
    package var hint: String
    package var secrets: [KeySecret]
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64
    /// When it last got a new secret; nil when it has its first.
    package var rotatedAt: Instant?
    /// Nobody ever saw its secret: it is shown by tokens alone, for machines that sign in.
    package let isSecretless: Bool

    /// A key from all its parts.
    package init(
        id: KeyID, keyspace: KeyspaceID, owner: OwnerID, account: AccountID, name: String, scopes: ScopeSet,
        state: KeyState, expiresAt: Instant?, notBefore: Instant?, allowedAddresses: [AddressRange],
        allowedRoutes: [Route], boundAccounts: [AccountID], metadata: String, limits: [Limit]? = nil,
        quota: Quota? = nil, hint: String,
        secrets: [KeySecret], createdAt: Instant, updatedAt: Instant, revision: Int64, rotatedAt: Instant? = nil,
        isSecretless: Bool = false
    ) {
        self.id = id
        self.keyspace = keyspace
        self.owner = owner
        self.account = account
        self.name = name
        self.scopes = scopes
        self.state = state
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.allowedAddresses = allowedAddresses
        self.allowedRoutes = allowedRoutes
        self.boundAccounts = boundAccounts
        self.metadata = metadata
        self.limits = limits
        self.quota = quota
        self.hint = hint
        self.secrets = secrets
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
        self.rotatedAt = rotatedAt
        self.isSecretless = isSecretless
    }
}

/// What has been done to a key. `revoked` is final.
package enum KeyState: Equatable, Sendable {
    case active
    case disabled
    case revoked(Revocation)

    /// `active`, `disabled` or `revoked`.
    package var name: String {
        switch self {
        case .active: "active"
        case .disabled: "disabled"
        case .revoked: "revoked"
        }
    }
}

/// When and why a key was revoked.
package struct Revocation: Equatable, Sendable {
    package let at: Instant
    package let reason: RevocationReason
    package let note: String?

    /// A revocation.
    package init(at: Instant, reason: RevocationReason, note: String?) {
        self.at = at
        self.reason = reason
        self.note = note
    }
}

/// Why a key was revoked.
package enum RevocationReason: String, Sendable, CaseIterable {
    case compromised, superseded, offboarded, unused, other
}

/// How often a key was accepted, when last, and whom it served then.
package struct KeyUse: Equatable, Sendable {
    package var count: Int64
    package var lastAt: Instant?
    package var visitor: Visitor

    /// A use record.
    package init(count: Int64, lastAt: Instant?, visitor: Visitor = Visitor()) {
        self.count = count
        self.lastAt = lastAt
        self.visitor = visitor
    }

    /// Adds what was counted elsewhere; the later of the two last uses stays.
    package mutating func add(_ other: KeyUse) {
        count.addWithoutOverflow(other.count)
        guard let otherLast = other.lastAt, lastAt.map({ $0 <= otherLast }) ?? true else { return }
        lastAt = otherLast
        visitor = other.visitor
    }
}
