// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets
package import Telling
internal import Wire

/// Which events a list shows. Absent conditions allow all.
package struct EventFilter: Equatable, Sendable {
    package var account: AccountID?
    package var action: String?
    /// Of one of these types; empty for all.
    package var types: [EventPattern]

    /// A filter that lets everything through.
    package init(account: AccountID? = nil, action: String? = nil, types: [EventPattern] = []) {
        self.account = account
        self.action = action
        self.types = types
    }
}

extension Transaction {
    static let eventColumns =
        "sequence, id, at, action, outcome, caller, address, subject, account, details, previous, hash"

    /// Attaches one event to the chain, whose end is a row that this takes for the rest of the transaction.
    func append(_ note: EventNote, by caller: Caller, at now: Instant, using random: inout Randomness) throws {
        let end = try statements.first(
            "UPDATE heads SET sequence = sequence + 1 WHERE name = 'events' RETURNING sequence, hash", []
        ) { row in
            EventChain(
                sequence: try row.needInteger(0, "events head") - 1,
                hash: try RuleText.need(Digest(bytes: try row.needBlob(1, "events head"))))
        }
        var chain = try RuleText.need(end)
        let event = chain.attach(note, id: EventID(at: now, using: &random), by: caller, at: now)
        try statements.run("UPDATE heads SET hash = $1 WHERE name = 'events'", [.blob(event.hash.bytes)])
        try statements.run(
            "INSERT INTO events (\(Self.eventColumns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
            [
                .integer(event.sequence), .id(event.id), .moment(event.at), .text(event.action),
                .text(event.outcome.rawValue), .text(event.caller), .text(event.address), .text(event.subject),
                event.account.map { .id($0) } ?? .null, .text(Self.text(event.details)), .blob(event.previous.bytes),
                .blob(event.hash.bytes),
            ])
        effects.newestEvent = event.sequence
    }

    func events(
        _ filter: EventFilter, visible: Set<AccountID>?, after: Int64, limit: Int
    ) throws -> [Event] {
        var conditions = Conditions()
        conditions.add("sequence > ?", .integer(after))
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let action = filter.action { conditions.add("action = ?", .text(action)) }
        conditions.add(anyOf: filter.types)
        if let visible { conditions.add("account", in: visible.map(\.description).sorted()) }
        return try statements.all(
            "SELECT \(Self.eventColumns) FROM events\(conditions.clause) ORDER BY sequence LIMIT \(limit)",
            conditions.values,
            Self.event)
    }

    /// The end of the chain as the head row remembers it, to be held against the last line.
    func chainEnd() throws -> EventChain? {
        try statements.first("SELECT sequence, hash FROM heads WHERE name = 'events'", []) { row in
            EventChain(
                sequence: try row.needInteger(0, "events head"),
                hash: try RuleText.need(Digest(bytes: try row.needBlob(1, "events head"))))
        }
    }

    private static func text(_ details: [Event.Detail]) -> String {
        JSON.object(details.map { .init(name: $0.name, value: .string($0.value)) }).text
    }

    static func event(_ row: any Row) throws -> Event {
        let details = try RuleText.need(try RuleText.parse(try row.needText(9, "event details")).asObject)
        return Event(
            sequence: try row.needInteger(0, "event sequence"), id: try row.id(1, "event id"),
            at: try row.needMoment(2, "event at"), action: try row.needText(3, "event action"),
            outcome: try row.value(4, "event outcome"), caller: try row.needText(5, "event caller"),
            address: row.text(6),
            subject: row.text(7), account: try row.text(8).map { try RuleText.need(AccountID($0)) },
            details: try details.map { Event.Detail($0.name, try RuleText.need($0.value.asString)) },
            previous: try RuleText.need(Digest(bytes: try row.needBlob(10, "event previous"))),
            hash: try RuleText.need(Digest(bytes: try row.needBlob(11, "event hash"))))
    }
}

extension Conditions {
    /// Adds a condition on the type of an event; no pattern lets everything through.
    fileprivate mutating func add(anyOf patterns: [EventPattern]) {
        guard !patterns.isEmpty else { return }
        add(
            anyOf: patterns.map { pattern in
                let outcome: Event.Outcome = pattern.isRefused ? .refused : .done
                var parts: [(String, SQLValue)] = [("outcome = ?", .text(outcome.rawValue))]
                switch (pattern.noun, pattern.verb) {
                case (let noun?, let verb?): parts.append(("action = ?", .text("\(noun).\(verb)")))
                case (let noun?, nil): parts.append(("action LIKE ? ESCAPE '\\'", .text(Self.literal(noun) + ".%")))
                case (nil, let verb?): parts.append(("action LIKE ? ESCAPE '\\'", .text("%." + Self.literal(verb))))
                case (nil, nil): break
                }
                return parts
            })
    }

    /// A word as it stands in a `LIKE`, where `_` means any character.
    private static func literal(_ word: String) -> String {
        word.split(separator: "_", omittingEmptySubsequences: false).joined(separator: "\\_")
    }
}
