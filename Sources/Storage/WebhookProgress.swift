// SPDX-License-Identifier: Apache-2.0
package import Access
package import Telling

extension Ledger {
    /// How long a message that was given up can be replayed.
    private static let deadLettersFor = Length.seconds(30 * 86_400)

    /// Makes progress durable, all in one commit. Of a webhook that was changed since, nothing: its new lane begins where
    /// the last writing ended.
    package func settle(_ progress: [LaneProgress], at now: Instant) async throws {
        let random = self.random
        try await write { transaction in
            var source = random
            for made in progress { try transaction.settle(made, at: now, using: &source) }
        }
    }

    /// Every webhook that is told, for the one who tells.
    package func activeWebhooks() async throws -> [Webhook] {
        var filter = WebhookFilter()
        filter.state = .active
        return try await reading { [filter] transaction in
            try transaction.webhooks(filter, visible: nil, Page(after: nil, limit: .max))
        }
    }

    /// Due deliveries of a webhook with their events, and when the first of the others is due.
    package func dueDeliveries(of webhook: WebhookID, at now: Instant, limit: Int) async throws -> DueDeliveries {
        try await reading { try $0.due(of: webhook, at: now, limit: limit) }
    }

    /// Forgets messages that were given up long ago.
    package func forgetDeadLetters(at now: Instant) async throws {
        _ = try await write { transaction in
            try transaction.statements.run(
                "DELETE FROM webhook_deliveries WHERE state = 'dead' AND last_at < $1",
                [.moment(Instant(milliseconds: now.milliseconds - Self.deadLettersFor.milliseconds))])
        }
    }
}

extension Transaction {
    fileprivate func settle(_ made: LaneProgress, at now: Instant, using random: inout Randomness) throws {
        let isCurrent = try statements.run(
            "UPDATE webhooks SET position = $1, failing_since = $2 WHERE id = $3 AND revision = $4",
            [.integer(made.position), .moment(made.failingSince), .id(made.webhook), .integer(made.revision)])
        guard isCurrent == 1 else { return }
        for change in made.changes {
            switch change {
            case .missed(let delivery): try write(delivery, of: made.webhook)
            case .delivered(let sequence):
                try statements.run(
                    "DELETE FROM webhook_deliveries WHERE webhook = $1 AND sequence = $2",
                    [.id(made.webhook), .integer(sequence)])
            case .bringForward: _ = try makeDue(.waiting, of: made.webhook, at: now)
            case .disable(let reason): try disable(made.webhook, reason, at: now, using: &random)
            }
        }
    }

    private func disable(
        _ id: WebhookID, _ reason: Webhook.Ending, at now: Instant, using random: inout Randomness
    ) throws {
        guard var webhook = try webhook(id) else { return }
        (webhook.state, webhook.ending, webhook.disabledAt, webhook.updatedAt) = (.disabled, reason, now, now)
        webhook.revision += 1
        try update(webhook)
        let note = EventNote(
            "webhook.disable", subject: id.description, account: webhook.account,
            details: [.init("name", webhook.name), .init("reason", reason.rawValue)])
        try append(note, by: .schedule, at: now, using: &random)
    }
}
