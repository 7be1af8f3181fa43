// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a replay makes of a webhook's messages.
package struct Replay: Sendable {
    package let webhook: Webhook
    /// How many deliveries are due again; nil where whole stretches of the trail are sent anew.
    package let deliveries: Int?
}

/// What was not taken, and sending it again.
extension Webhooks {
    /// Deliveries that were not taken, in the order of their events.
    package func deliveries(
        by caller: Caller, of id: WebhookID, _ state: Undelivered.State?, after: Int64, limit: Int, at now: Instant
    ) async throws -> [Undelivered] {
        try await reading(by: caller, id, "webhook.deliveries", at: now) { _, records in
            try records.deliveries(of: id, state, after: after, limit: limit)
        }
    }

    /// Sends everything behind a sequence again that it wants, taken or not.
    package func replay(by caller: Caller, _ id: WebhookID, after sequence: Int64, at now: Instant) async throws
        -> Replay
    {
        let webhook = try await edit(by: caller, id, "webhook.replay", at: now) { webhook, records, note in
            note.details.append(.init("after", String(sequence)))
            webhook.position = min(sequence, try records.newestEvent())
            try records.forgetDeliveries(of: id, after: webhook.position)
        }
        return Replay(webhook: webhook, deliveries: nil)
    }

    /// Sends all that was given up again, each with all its attempts ahead.
    package func replayDead(by caller: Caller, _ id: WebhookID, at now: Instant) async throws -> Replay {
        try await editing(by: caller, id, "webhook.replay", ifRevision: nil, at: now, keeping: nil) {
            webhook, records, note in
            let count = try records.makeDue(.dead, of: id, at: now)
            note.details.append(.init("deliveries", String(count)))
            return { Replay(webhook: $0, deliveries: count) }
        }
    }

    /// Sends one message again now.
    package func replay(
        by caller: Caller, _ id: WebhookID, _ event: EventID, at now: Instant
    ) async throws -> Undelivered {
        try await editing(by: caller, id, "webhook.replay", ifRevision: nil, at: now, keeping: nil) {
            webhook, records, note in
            note.details.append(.init("event", event.description))
            guard try records.makeDue(.event(event), of: id, at: now) == 1,
                let delivery = try records.delivery(of: id, event)
            else { throw Refusal.notFound("delivery") }
            return { _ in delivery }
        }
    }
}
