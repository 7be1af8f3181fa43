// SPDX-License-Identifier: Apache-2.0
package import Access

/// What can be found, the weightiest first.
package enum HygieneKind: String, Sendable, CaseIterable {
    /// A retiring secret that is still used and soon stops.
    case retiringStragglers = "retiring_stragglers"
    /// A key in use that soon expires.
    case expiringSoon = "expiring_soon"
    /// A secret older than its keyspace's `rotate_every`.
    case olderThanPolicy = "older_than_policy"
    /// Scopes granted that no call has needed.
    case widerThanUse = "wider_than_use"
    case neverUsed = "never_used"
    case idle
    case noExpiry = "no_expiry"
    /// Disabled for so long that nobody will miss it.
    case disabledLong = "disabled_long"
    /// A keyspace whose keys may live for ever.
    case noMaxLifetime = "no_max_lifetime"

    /// From 100 down, beside those of held keys.
    package var weight: Int {
        switch self {
        case .retiringStragglers: 100
        case .expiringSoon: 90
        case .olderThanPolicy: 80
        case .widerThanUse: 70
        case .neverUsed: 60
        case .idle: 50
        case .noExpiry: 40
        case .disabledLong: 20
        case .noMaxLifetime: 10
        }
    }
}

/// What a finding is about.
package enum HygieneSubject: Equatable, Sendable, CustomStringConvertible {
    case key(KeyID)
    case keyspace(KeyspaceID)

    /// Reads `key_…` or `ks_…`.
    package init?(_ text: String) {
        if let id = KeyID(text) {
            self = .key(id)
        } else if let id = KeyspaceID(text) {
            self = .keyspace(id)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .key(let id): id.description
        case .keyspace(let id): id.description
        }
    }
}

/// Something that should not stay as it is, and the one call that mends it.
package struct HygieneFinding: Equatable, Sendable {
    package let kind: HygieneKind
    package let subject: HygieneSubject
    /// What people call the subject.
    package let name: String
    /// Nil for keyspaces.
    package let account: AccountID?
    /// Since when it is so.
    package let since: Instant
    /// For people, in a sentence.
    package let detail: String
    /// Nil where no call can mend it: a key that its keyspace does not let live longer.
    package let fix: HygieneFix?

    /// A finding.
    package init(
        kind: HygieneKind, subject: HygieneSubject, name: String, account: AccountID?, since: Instant, detail: String,
        fix: HygieneFix?
    ) {
        self.kind = kind
        self.subject = subject
        self.name = name
        self.account = account
        self.since = since
        self.detail = detail
        self.fix = fix
    }
}

/// One call that mends a finding.
package enum HygieneFix: Equatable, Sendable {
    case revoke(KeyID)
    case disable(KeyID)
    case expire(KeyID, at: Instant)
    case narrow(KeyID, to: ScopeSet)
    case rotate(KeyID, grace: Length)
    case extendGrace(KeyID, to: Length)
    case boundLifetime(KeyspaceID, Length)
}

/// When something becomes a finding, and what the fixes propose.
package enum HygieneTerms {
    /// A key so old and never used.
    package static let neverUsed = Length.seconds(7 * 86_400)
    /// A key not used for so long; scopes not needed for so long; a key disabled for so long.
    package static let idle = Length.seconds(30 * 86_400)
    /// An expiry so near, of a key used within the same time.
    package static let expiring = Length.seconds(7 * 86_400)
    /// The end of a grace so near.
    package static let graceEnding = Length.seconds(3 * 86_400)
    /// Stragglers seen within so long.
    package static let straggling = Length.seconds(86_400)
    /// The grace that a fix proposes.
    package static let grace = Length.seconds(7 * 86_400)
    /// The expiry that a fix proposes for a key that soon expires.
    package static let renewal = Length.seconds(90 * 86_400)
    /// The expiry that a fix proposes for a key without one, and the longest life for a keyspace without one.
    package static let longLife = Length.seconds(365 * 86_400)
}
