// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// All that a ``Courier`` needs of the rest of the house.
package struct CourierPorts: Sendable {
    /// Every webhook that is told, with its sealed secrets.
    package var webhooks: @Sendable () async throws -> [Webhook]
    /// Events behind a sequence, oldest first, without gaps, at most so many.
    package var events: @Sendable (_ after: Int64, _ limit: Int) async throws -> [Event]
    /// Deliveries of a webhook that are due at a moment, with their events, at most so many; and when the first of the
    /// others is due.
    package var due: @Sendable (WebhookID, _ now: Instant, _ limit: Int) async throws -> DueDeliveries
    /// Makes progress durable. One of an older revision than the webhook has is passed over.
    package var settle: @Sendable ([LaneProgress], _ now: Instant) async throws -> Void
    /// Posts once. Returns early when its task is cancelled.
    package var post: @Sendable (Parcel) async -> AttemptOutcome
    /// Opens the secrets.
    package var keyring: Keyring
    package var now: @Sendable () -> Instant
    /// Waits; throws when the wait was given up.
    package var pause: @Sendable (Duration) async throws -> Void
    package var random: Randomness
    /// Told of what could not be done here and will be tried again.
    package var report: @Sendable (_ what: StaticString, any Error) -> Void

    /// All ports; see the properties for what each must do.
    package init(
        webhooks: @escaping @Sendable () async throws -> [Webhook],
        events: @escaping @Sendable (_ after: Int64, _ limit: Int) async throws -> [Event],
        due: @escaping @Sendable (WebhookID, _ now: Instant, _ limit: Int) async throws -> DueDeliveries,
        settle: @escaping @Sendable ([LaneProgress], _ now: Instant) async throws -> Void,
        post: @escaping @Sendable (Parcel) async -> AttemptOutcome, keyring: Keyring,
        now: @escaping @Sendable () -> Instant, pause: @escaping @Sendable (Duration) async throws -> Void,
        random: Randomness, report: @escaping @Sendable (_ what: StaticString, any Error) -> Void
    ) {
        self.webhooks = webhooks
        self.events = events
        self.due = due
        self.settle = settle
        self.post = post
        self.keyring = keyring
        self.now = now
        self.pause = pause
        self.random = random
        self.report = report
    }
}

/// What is to be sent again.
package struct DueDeliveries: Sendable {
    /// Each with its event, the longest due first.
    package let items: [(delivery: Undelivered, event: Event)]
    /// When the first one is due that is not among them; nil when none waits.
    package let next: Instant?

    /// Due deliveries.
    package init(items: [(delivery: Undelivered, event: Event)], next: Instant?) {
        self.items = items
        self.next = next
    }
}
