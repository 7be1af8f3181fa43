// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers for webhooks.
package protocol WebhookRecords: OwnerRecords {
    /// The webhook with its secrets, or nil.
    func webhook(_ id: WebhookID) throws -> Webhook?
    /// Webhooks in the order of their ids. Who may see only some accounts sees only webhooks of these.
    func webhooks(_ filter: WebhookFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Webhook]
    /// How many there are: of one account, or in all.
    func webhookCount(of account: AccountID?) throws -> Int
    /// Writes a new one.
    func insert(_ webhook: Webhook) throws
    /// Writes over an existing one, its secrets included.
    func update(_ webhook: Webhook) throws
    /// Forgets it, its secrets and its deliveries.
    func remove(_ webhook: WebhookID) throws

    /// The sequence of the newest event.
    func newestEvent() throws -> Int64
    /// Deliveries in the order of their events, behind `after`.
    func deliveries(
        of webhook: WebhookID, _ state: Undelivered.State?, after: Int64, limit: Int
    ) throws -> [Undelivered]
    /// The delivery of one event, or nil.
    func delivery(of webhook: WebhookID, _ event: EventID) throws -> Undelivered?
    /// Makes deliveries due now, dead ones with all their attempts ahead; how many.
    func makeDue(_ which: DueAgain, of webhook: WebhookID, at now: Instant) throws -> Int
    /// Forgets the deliveries of events behind a sequence, because these will be sent anew.
    func forgetDeliveries(of webhook: WebhookID, after sequence: Int64) throws
}

/// Which webhooks a list shows.
package struct WebhookFilter: Equatable, Sendable {
    package var account: AccountID?
    package var state: Webhook.State?

    /// A filter that lets everything through.
    package init() {}
}

/// Which deliveries are made due.
package enum DueAgain: Equatable, Sendable {
    /// Those that wait for their next attempt.
    case waiting
    /// Those that were given up.
    case dead
    /// That of one event, whatever its state.
    case event(EventID)
}
