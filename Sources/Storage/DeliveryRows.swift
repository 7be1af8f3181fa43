// SPDX-License-Identifier: Apache-2.0
package import Access
package import Telling

extension Transaction {
    private static let columns =
        "sequence, event, type, state, attempts, first_at, last_at, next_at, status, reason"

    private static func delivery(_ row: any Row) throws -> Undelivered {
        Undelivered(
            sequence: try row.needInteger(0, "delivery sequence"), event: try row.id(1, "delivery event"),
            type: try row.needText(2, "delivery type"), state: try row.value(3, "delivery state"),
            attempts: try row.needInteger(4, "delivery attempts"), firstAt: try row.needMoment(5, "delivery first_at"),
            lastAt: try row.needMoment(6, "delivery last_at"), nextAt: row.moment(7),
            status: row.integer(8).map(Int.init),
            reason: row.text(9))
    }

    package func deliveries(
        of webhook: WebhookID, _ state: Undelivered.State?, after: Int64, limit: Int
    ) throws -> [Undelivered] {
        var conditions = Conditions()
        conditions.add("webhook = ?", .id(webhook))
        conditions.add("sequence > ?", .integer(after))
        if let state { conditions.add("state = ?", .text(state.rawValue)) }
        return try statements.all(
            "SELECT \(Self.columns) FROM webhook_deliveries\(conditions.clause) ORDER BY sequence LIMIT \(limit)",
            conditions.values, Self.delivery)
    }

    package func delivery(of webhook: WebhookID, _ event: EventID) throws -> Undelivered? {
        try statements.first(
            "SELECT \(Self.columns) FROM webhook_deliveries WHERE webhook = $1 AND event = $2",
            [.id(webhook), .id(event)], Self.delivery)
    }

    package func makeDue(_ which: DueAgain, of webhook: WebhookID, at now: Instant) throws -> Int {
        let due: [SQLValue] = [.moment(now), .id(webhook)]
        switch which {
        case .waiting:
            return try statements.run(
                "UPDATE webhook_deliveries SET next_at = $1 WHERE webhook = $2 AND state = 'waiting'", due)
        case .dead:
            return try statements.run(
                """
                UPDATE webhook_deliveries SET next_at = $1, state = 'waiting', attempts = 0
                WHERE webhook = $2 AND state = 'dead'
                """, due)
        case .event(let event):
            return try statements.run(
                """
                UPDATE webhook_deliveries SET next_at = $1, state = 'waiting', attempts = 0
                WHERE webhook = $2 AND event = $3
                """, due + [.id(event)])
        }
    }

    package func forgetDeliveries(of webhook: WebhookID, after sequence: Int64) throws {
        try statements.run(
            "DELETE FROM webhook_deliveries WHERE webhook = $1 AND sequence > $2", [.id(webhook), .integer(sequence)])
    }

    /// Due deliveries with their events, and when the first of the others is due.
    func due(of webhook: WebhookID, at now: Instant, limit: Int) throws -> DueDeliveries {
        let due = try statements.all(
            """
            SELECT \(Self.columns) FROM webhook_deliveries WHERE webhook = $1 AND next_at <= $2
            ORDER BY next_at, sequence LIMIT \(limit)
            """, [.id(webhook), .moment(now)], Self.delivery)
        let next = try statements.first(
            "SELECT MIN(next_at) FROM webhook_deliveries WHERE webhook = $1 AND next_at > $2",
            [.id(webhook), .moment(now)]
        ) { $0.moment(0) }
        let items = try due.map { delivery in
            let event = try statements.first(
                "SELECT \(Self.eventColumns) FROM events WHERE sequence = $1", [.integer(delivery.sequence)], Self.event
            )
            return (delivery: delivery, event: try RuleText.need(event))
        }
        return DueDeliveries(items: items, next: next ?? nil)
    }

    func write(_ missed: Undelivered, of webhook: WebhookID) throws {
        try statements.run(
            """
            INSERT INTO webhook_deliveries (webhook, \(Self.columns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (webhook, sequence) DO UPDATE SET state = EXCLUDED.state, attempts = EXCLUDED.attempts,
            last_at = EXCLUDED.last_at, next_at = EXCLUDED.next_at, status = EXCLUDED.status, reason = EXCLUDED.reason
            """,
            [
                .id(webhook), .integer(missed.sequence), .id(missed.event), .text(missed.type),
                .text(missed.state.rawValue), .integer(missed.attempts), .moment(missed.firstAt),
                .moment(missed.lastAt),
                .moment(missed.nextAt), missed.status.map { .integer(Int64($0)) } ?? .null, .text(missed.reason),
            ])
    }
}
