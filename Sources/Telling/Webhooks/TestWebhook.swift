// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// How a test of a webhook went.
package struct TestedWebhook: Sendable {
    package let webhook: Webhook
    /// The id that the message had.
    package let message: EventID
    package let outcome: AttemptOutcome
}

extension Webhooks {
    /// Posts a message of type `webhook.test` once, at once, whatever the webhook's types and state are; that it was
    /// tested is an event.
    package func test(
        by caller: Caller, _ id: WebhookID, at now: Instant, post: (Parcel) async -> AttemptOutcome
    ) async throws -> TestedWebhook {
        let webhook = try await store.change(
            by: caller, needing: Permission.settingsWrite, Message.testAction, at: now
        ) { records, note in
            note.subject = id.description
            try Self.mayReadEvents(caller)
            let webhook = try Self.visible(id, to: caller, records)
            note.account = webhook.account
            return webhook
        }
        var source = random
        let message = Message(testing: webhook, id: EventID(at: now, using: &source), by: caller, at: now)
        let signer: MessageSigner
        do {
            signer = try MessageSigner(of: webhook, keyring)
        } catch {
            throw StorageFailure.unreadable("webhook secret")
        }
        let outcome = await post(Parcel(message.id, message.body, to: webhook, signer, at: now))
        return TestedWebhook(webhook: webhook, message: message.id, outcome: outcome)
    }
}

extension Message {
    /// A message that stands for no event: its sequence is 0.
    fileprivate init(testing webhook: Webhook, id: EventID, by caller: Caller, at now: Instant) {
        let none = Digest(zero: ())
        self.init(
            Event(
                sequence: 0, id: id, at: now, action: Self.testAction, outcome: .done, caller: caller.name,
                address: nil,
                subject: webhook.id.description, account: webhook.account, details: [.init("name", webhook.name)],
                previous: none, hash: none))
    }
}
