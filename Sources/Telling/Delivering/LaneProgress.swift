// SPDX-License-Identifier: Apache-2.0
package import Access

/// How far one webhook has come since that was last written down. Written in one transaction, so that a crash loses no
/// event: either its line is there, or the position is before it.
package struct LaneProgress: Equatable, Sendable {
    /// A change to the list of deliveries, or to the webhook.
    package enum Change: Equatable, Sendable {
        /// A message was not taken: a new line, or the next attempt of one.
        case missed(Undelivered)
        /// The message of this sequence was taken at last.
        case delivered(Int64)
        /// Everything that waits is due now.
        case bringForward
        /// The webhook is told no more.
        case disable(Webhook.Ending)
    }

    package let webhook: WebhookID
    /// Of the webhook that the lane serves. Once it is another, this is old and of no effect.
    package let revision: Int64
    package let position: Int64
    package let failingSince: Instant?
    /// In the order in which they happened.
    package let changes: [Change]

    /// A progress from its parts.
    package init(
        webhook: WebhookID, revision: Int64, position: Int64, failingSince: Instant?, changes: [Change]
    ) {
        self.webhook = webhook
        self.revision = revision
        self.position = position
        self.failingSince = failingSince
        self.changes = changes
    }
}
