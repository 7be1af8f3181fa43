// SPDX-License-Identifier: Apache-2.0
package import Access

/// An address that is told of events (Standard Webhooks 1.0).
package struct Webhook: Equatable, Sendable {
    /// Whether it is told.
    package enum State: String, Sendable, CaseIterable { case active, disabled }

    /// Why it is not told any more.
    package enum Ending: String, Sendable, CaseIterable {
        /// Somebody said so.
        case byHand = "by_hand"
        /// It answered 410.
        case gone
        /// It took nothing for ``longestFailure``.
        case failing
    }

    /// After failing for so long without a break it is disabled.
    package static let longestFailure = Length.seconds(5 * 86_400)

    package let id: WebhookID
    /// The account whose events it is told of; nil for all events.
    package let account: AccountID?
    package var name: String
    /// Where messages are posted to. What stands behind the host may be a secret of its owner: it is shown to those who
    /// may read settings, and to no log.
    package var url: String
    /// The only certificate authorities that are trusted there, as PEM; nil for those of the system.
    package var certificateAuthority: String?
    /// What it is told of: at least one.
    package var types: [EventPattern]
    package let signing: Signing
    /// What messages are signed with: the newest last, before it those that a rotation left valid for a while.
    package var secrets: [WebhookSecret]
    package var state: State
    package var ending: Ending?
    package var disabledAt: Instant?
    /// Since when nothing was taken; nil while all goes well.
    package var failingSince: Instant?
    /// Every event up to this sequence was delivered, was of no interest, or stands in the list of deliveries.
    package var position: Int64
    package let createdAt: Instant
    package var updatedAt: Instant
    /// Counts changes by people; the `ETag`. Progress of an older revision is not written down.
    package var revision: Int64

    /// A webhook from all its parts.
    package init(
        id: WebhookID, account: AccountID?, name: String, url: String, certificateAuthority: String?,
        types: [EventPattern], signing: Signing, secrets: [WebhookSecret], state: State = .active,
        ending: Ending? = nil, disabledAt: Instant? = nil, failingSince: Instant? = nil, position: Int64,
        createdAt: Instant, updatedAt: Instant, revision: Int64
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.url = url
        self.certificateAuthority = certificateAuthority
        self.types = types
        self.signing = signing
        self.secrets = secrets
        self.state = state
        self.ending = ending
        self.disabledAt = disabledAt
        self.failingSince = failingSince
        self.position = position
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// Scheme and host of ``url``: what may stand in events and logs.
    package var origin: String {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        return String(url[..<(url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex)])
    }
}
