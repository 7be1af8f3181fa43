// SPDX-License-Identifier: Apache-2.0
package import Access
internal import HeldKeys
package import Offboarding
internal import Wire

extension Transaction: OffboardingRecords {
    private static let columns = """
        id, subject, account, name, state, started_by, started_at, deadline, ended_at, erased_at, cancelled_by, \
        has_locked, planned, alerts, total, terms, revision
        """

    package func offboarding(_ id: OffboardingID) throws -> Offboarding? {
        try statements.first("SELECT \(Self.columns) FROM offboardings WHERE id = $1", [.id(id)], Self.offboarding)
    }

    package func insert(_ offboarding: Offboarding) throws {
        try statements.run(
            """
            INSERT INTO offboardings (\(Self.columns), erase_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
            """, values(offboarding))
    }

    package func update(_ offboarding: Offboarding) throws {
        try statements.run(
            """
            UPDATE offboardings SET subject = $2, account = $3, name = $4, state = $5, started_by = $6, started_at = $7,
            deadline = $8, ended_at = $9, erased_at = $10, cancelled_by = $11, has_locked = $12, planned = $13, alerts = $14,
            total = $15, terms = $16, revision = $17, erase_at = $18 WHERE id = $1
            """, values(offboarding))
    }

    private func values(_ offboarding: Offboarding) -> [SQLValue] {
        [
            .id(offboarding.id), .text(offboarding.subject.description), .id(offboarding.account),
            .text(offboarding.name), .text(offboarding.state.rawValue), .text(offboarding.startedBy),
            .moment(offboarding.startedAt), .moment(offboarding.deadline), .moment(offboarding.endedAt),
            .moment(offboarding.erasedAt), .text(offboarding.cancelledBy), .flag(offboarding.hasLocked),
            .text(offboarding.planned.map { "\($0.phase.rawValue) \($0.after ?? "")" }), .integer(offboarding.alerts),
            .integer(offboarding.progress.total), .text(OffboardingText.text(offboarding.terms)),
            .integer(offboarding.revision), .moment(offboarding.eraseAt),
        ]
    }

    package func offboardings(
        _ filter: OffboardingFilter, visible: Set<AccountID>?, _ page: Page
    ) throws -> [Offboarding] {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let subject = filter.subject { conditions.add("subject = ?", .text(subject.description)) }
        if let state = filter.state { conditions.add("state = ?", .text(state.rawValue)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM offboardings\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, Self.offboarding)
    }

    package func openOffboardings() throws -> [Offboarding] {
        try statements.all(
            """
            SELECT \(Self.columns) FROM offboardings WHERE state IN ('planning', 'running')
            OR (state = 'done' AND erase_at IS NOT NULL AND erased_at IS NULL) ORDER BY deadline
            """, [], Self.offboarding)
    }

    private static func offboarding(_ row: any Row) throws -> Offboarding {
        var offboarding = Offboarding(
            id: try row.id(0, "offboarding id"), subject: try row.owner(1),
            account: try row.id(2, "offboarding account"), name: try row.needText(3, "offboarding name"),
            terms: try OffboardingText.terms(try row.needText(15, "offboarding terms")),
            startedBy: try row.needText(5, "offboarding started_by"),
            startedAt: try row.needMoment(6, "offboarding started_at"),
            deadline: try row.needMoment(7, "offboarding deadline"))
        offboarding.state = try row.value(4, "offboarding state")
        (offboarding.endedAt, offboarding.erasedAt) = (row.moment(8), row.moment(9))
        offboarding.cancelledBy = row.text(10)
        offboarding.hasLocked = row.integer(11) == 1
        offboarding.planned = try row.text(12).map(cursor)
        offboarding.alerts = try row.needInteger(13, "offboarding alerts")
        offboarding.progress.total = try row.needInteger(14, "offboarding total")
        offboarding.revision = try row.needInteger(16, "offboarding revision")
        return offboarding
    }

    private static func cursor(_ text: String) throws -> Offboarding.Cursor {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        let phase = try RuleText.need(parts.first.flatMap { Offboarding.Phase(rawValue: String($0)) })
        return Offboarding.Cursor(phase: phase, after: parts.last.flatMap { $0.isEmpty ? nil : String($0) })
    }

    // MARK: Items

    private static let itemColumns =
        "offboarding, number, kind, id, name, action, risk, state, rotation, attempts, note, done_at, next_at"

    package func insert(_ item: OffboardingItem) throws {
        try statements.run(
            """
            INSERT INTO offboarding_items (\(Self.itemColumns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
            """,
            [
                .id(item.offboarding), .integer(item.number), .text(item.kind.rawValue), .text(item.id),
                .text(item.name), .text(item.action.rawValue), .integer(item.risk), .text(item.state.rawValue),
                .text(item.rotation?.description), .integer(item.attempts), .text(item.note), .moment(item.doneAt),
                .moment(item.nextAt),
            ])
    }

    package func update(_ item: OffboardingItem) throws {
        try statements.run(
            """
            UPDATE offboarding_items SET state = $3, rotation = $4, attempts = $5, note = $6, done_at = $7, next_at = $8
            WHERE offboarding = $1 AND number = $2
            """,
            [
                .id(item.offboarding), .integer(item.number), .text(item.state.rawValue),
                .text(item.rotation?.description), .integer(item.attempts), .text(item.note), .moment(item.doneAt),
                .moment(item.nextAt),
            ])
    }

    package func items(
        of offboarding: OffboardingID, _ state: OffboardingItem.State?, after: Int64, limit: Int
    ) throws -> [OffboardingItem] {
        var conditions = Conditions()
        conditions.add("offboarding = ?", .id(offboarding))
        conditions.add("number > ?", .integer(after))
        if let state { conditions.add("state = ?", .text(state.rawValue)) }
        return try statements.all(
            "SELECT \(Self.itemColumns) FROM offboarding_items\(conditions.clause) ORDER BY number LIMIT \(limit)",
            conditions.values, Self.item)
    }

    package func itemsDue(of offboarding: OffboardingID, at now: Instant, limit: Int) throws -> [OffboardingItem] {
        let planned: [OffboardingItem] = try statements.all(
            """
            SELECT \(Self.itemColumns) FROM offboarding_items WHERE offboarding = $1 AND state = 'planned'
            AND (next_at IS NULL OR next_at <= $2) ORDER BY risk DESC, number LIMIT \(limit)
            """, [.id(offboarding), .moment(now)], Self.item)
        guard planned.count < limit else { return planned }
        let columns = Self.itemColumns.split(separator: ", ").map { "i.\($0)" }.joined(separator: ", ")
        return planned
            + (try statements.all(
                """
                SELECT \(columns) FROM offboarding_items i LEFT JOIN rotations r ON r.id = i.rotation
                WHERE i.offboarding = $1 AND i.state = 'waiting' AND (r.ended_at IS NOT NULL OR i.rotation IS NULL)
                ORDER BY i.risk DESC, i.number LIMIT \(limit - planned.count)
                """, [.id(offboarding)], Self.item))
    }

    package func progress(of offboarding: OffboardingID) throws -> OffboardingProgress {
        var progress = OffboardingProgress()
        try statements.forEach(
            "SELECT state, COUNT(*) FROM offboarding_items WHERE offboarding = $1 GROUP BY state", [.id(offboarding)]
        ) { row in
            let state: OffboardingItem.State = try row.value(0, "offboarding item state")
            let count = try row.needInteger(1, "offboarding item count")
            progress.total += count
            switch state {
            case .planned: break
            case .waiting: progress.waiting = count
            case .done: progress.done = count
            case .kept: progress.kept = count
            }
        }
        progress.person =
            try statements.first(
                """
                SELECT COUNT(*) FROM offboarding_items i LEFT JOIN rotations r ON r.id = i.rotation
                WHERE i.offboarding = $1 AND i.state = 'waiting' AND (r.task IS NOT NULL OR i.rotation IS NULL)
                """, [.id(offboarding)]
            ) { $0.integer(0) ?? 0 } ?? 0
        return progress
    }

    package func isAwaited(_ rotation: RotationID, besides offboarding: OffboardingID) throws -> Bool {
        try statements.first(
            """
            SELECT 1 FROM offboarding_items i JOIN offboardings o ON o.id = i.offboarding
            WHERE i.rotation = $1 AND i.offboarding <> $2 AND i.state = 'waiting' AND o.state = 'running' LIMIT 1
            """, [.id(rotation), .id(offboarding)]
        ) { _ in true } ?? false
    }

    private static func item(_ row: any Row) throws -> OffboardingItem {
        var item = OffboardingItem(
            offboarding: try row.id(0, "offboarding item"), number: try row.needInteger(1, "offboarding item number"),
            kind: try row.value(2, "offboarding item kind"), id: try row.needText(3, "offboarding item id"),
            name: try row.needText(4, "offboarding item name"), action: try row.value(5, "offboarding item action"),
            risk: try row.needInteger(6, "offboarding item risk"))
        item.state = try row.value(7, "offboarding item state")
        item.rotation = try row.text(8).map { try RuleText.need(RotationID($0)) }
        item.attempts = try row.needInteger(9, "offboarding item attempts")
        item.note = row.text(10)
        (item.doneAt, item.nextAt) = (row.moment(11), row.moment(12))
        return item
    }

    // MARK: Freezing

    package func freeze(_ party: OwnerID, for offboarding: OffboardingID) throws {
        try statements.run(
            "INSERT INTO frozen (owner, offboarding) VALUES ($1, $2)",
            [.text(party.description), .id(offboarding)])
    }

    package func thaw(for offboarding: OffboardingID) throws {
        try statements.run("DELETE FROM frozen WHERE offboarding = $1", [.id(offboarding)])
    }

    package func isFrozen(_ party: OwnerID) throws -> Bool {
        try statements.first("SELECT 1 FROM frozen WHERE owner = $1 LIMIT 1", [.text(party.description)]) { _ in true }
            ?? false
    }

    /// Nothing is made for a party that is being offboarded, nor within an account that is.
    func refuseIfFrozen(_ parties: OwnerID...) throws {
        guard let party = try parties.first(where: { try isFrozen($0) }) else { return }
        throw Refusal.conflict(
            detail: "\(party) is being offboarded, or was: nothing new is made for it.",
            fix: "Choose another owner; or cancel the offboarding first, if it goes on.")
    }

    package func events(of subject: String, since: Instant, limit: Int) throws -> [Event] {
        try statements.all(
            """
            SELECT \(Self.eventColumns) FROM events WHERE subject = $1 AND at >= $2 ORDER BY sequence LIMIT \(limit)
            """, [.text(subject), .moment(since)], Self.event)
    }
}

extension Ledger {
    /// The store of the core that sees both sides.
    package func offboardings() -> any Store<any OffboardingRecords> { door { $0 } }
}

/// Terms of offboardings, as stored JSON.
private enum OffboardingText {
    static func text(_ terms: OffboardingTerms) -> String {
        let json: JSON = [
            "keys": .string(terms.keys.rawValue), "reason": RotationText.text(terms.reason),
            "transfer_to": RotationText.text(terms.transfer?.to.description),
            "transfer": .array((terms.transfer?.keys ?? []).map { .string($0.description) }),
            "assignee": RotationText.text(terms.assignee?.description),
            "erase_after": RotationText.number(terms.eraseAfter?.milliseconds),
        ]
        return json.text
    }

    static func terms(_ text: String) throws -> OffboardingTerms {
        let json = try RuleText.parse(text)
        var terms = OffboardingTerms()
        terms.keys = try RuleText.need(json["keys"]?.asString.flatMap(OffboardingTerms.KeyEnd.init(rawValue:)))
        terms.reason = json["reason"]?.asString
        if let to = json["transfer_to"]?.asString {
            terms.transfer = .init(
                to: try RuleText.need(OwnerID(to)),
                keys: try RuleText.strings(json["transfer"]).map { try RuleText.need(KeyID($0)) })
        }
        terms.assignee = try json["assignee"]?.asString.map { try RuleText.need(UserID($0)) }
        terms.eraseAfter = json["erase_after"]?.asInteger.map(Length.init(milliseconds:))
        return terms
    }
}
