// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys

extension Transaction: ScheduleRecords {
    package func prospects(dueBy now: Instant, limit: Int) throws -> [KeyProspect] {
        let due: [KeyID] = try statements.all(
            "SELECT id FROM keys WHERE due_at <= $1 ORDER BY due_at LIMIT \(limit)", [.moment(now)]
        ) { try $0.id(0, "key id") }
        return try due.compactMap { try prospect(of: $0) }
    }

    package func prospect(of id: KeyID) throws -> KeyProspect? {
        guard let key = try key(id) else { return nil }
        guard let keyspace = try keyspace(key.keyspace) else { throw StorageFailure.unreadable("keyspace of key") }
        var prospect = KeyProspect(key, in: keyspace)
        prospect.lastUse = try use(of: id).lastAt
        prospect.stragglers = try stragglers(of: key)
        let holders = try [key.owner, .account(key.account)].compactMap { try owner($0) }
        prospect.holderChangedAt = holders.map(\.updatedAt).max()
        prospect.isLocked = holders.contains { $0.lockedAt != nil }
        prospect.told = try told(of: id)
        prospect.dueAt =
            try statements.first("SELECT due_at FROM keys WHERE id = $1", [.id(id)]) { $0.moment(0) } ?? nil
        return prospect
    }

    private func stragglers(of key: Key) throws -> KeyProspect.Stragglers {
        let none = KeyProspect.Stragglers(count: 0, lastAt: nil)
        guard let since = key.secrets.first(where: { $0.role == .retiring })?.retiringSince else { return none }
        return try statements.first(
            "SELECT COUNT(*), MAX(last_at) FROM stragglers WHERE key = $1 AND since = $2",
            [.id(key.id), .moment(since)]
        ) { KeyProspect.Stragglers(count: $0.integer(0) ?? 0, lastAt: $0.moment(1)) } ?? none
    }

    private func told(of id: KeyID) throws -> [Notice.Topic: Notice.Told] {
        var told: [Notice.Topic: Notice.Told] = [:]
        try statements.forEach("SELECT kind, at, step FROM notices WHERE subject = $1", [.id(id)]) { row in
            let topic: Notice.Topic = try row.value(0, "notice kind")
            told[topic] = Notice.Told(
                occasion: try row.needMoment(1, "notice at"), step: try row.needInteger(2, "notice step"))
        }
        return told
    }

    package func note(_ notice: Notice, toldOf id: KeyID) throws {
        try statements.run(
            """
            INSERT INTO notices (subject, kind, at, step) VALUES ($1, $2, $3, $4) ON CONFLICT (subject, kind) DO UPDATE SET
            at = EXCLUDED.at, step = EXCLUDED.step
            """, [.id(id), .text(notice.topic.rawValue), .moment(notice.occasion), .integer(notice.step)])
    }

    /// Writes when a key that was made or changed is to be looked at: never too late, for all that may have been told
    /// or used.
    func planNextLook(at key: Key, isNew: Bool) throws {
        guard let keyspace = try keyspace(key.keyspace) else { return }
        let first = KeyProspect(key, in: keyspace).firstLook
        guard !isNew || first != nil else { return }
        try statements.run("UPDATE keys SET due_at = $1 WHERE id = $2", [.moment(first), .id(key.id)])
    }

    /// Before a keyspace is written over: other policies make all its keys due for a look, bit by bit.
    func planReview(of keyspace: Keyspace) throws {
        guard let before = try self.keyspace(keyspace.id),
            before.rotateEvery != keyspace.rotateEvery || before.revokeWhenUnusedFor != keyspace.revokeWhenUnusedFor
        else { return }
        try statements.run("UPDATE keyspaces SET reviewed_up_to = '' WHERE id = $1", [.id(keyspace.id)])
    }
}

extension Ledger {
    private static let reviewedAtOnce = 1000

    /// Writes down when keys are to be looked at next, except those that were changed meanwhile. No event: nothing
    /// happened.
    package func postpone(_ looks: [NextLook]) async throws {
        guard !looks.isEmpty else { return }
        try await write { transaction in
            for look in looks {
                try transaction.statements.run(
                    "UPDATE keys SET due_at = $1 WHERE id = $2 AND revision = $3 AND due_at = $4",
                    [.moment(look.at), .id(look.key), .integer(look.revision), .moment(look.dueAt)])
            }
        }
    }

    /// Makes some keys of a keyspace whose policies were changed due for a look; false when there are none left.
    package func reviewPolicies() async throws -> Bool {
        let waits = try await reading { transaction in
            try transaction.statements.first("SELECT 1 FROM keyspaces WHERE reviewed_up_to IS NOT NULL LIMIT 1", []) {
                _ in true
            } ?? false
        }
        guard waits else { return false }
        return try await write { try $0.reviewSome(Self.reviewedAtOnce) }
    }
}

extension Transaction {
    fileprivate func reviewSome(_ count: Int) throws -> Bool {
        let found = try statements.first(
            "SELECT id, reviewed_up_to FROM keyspaces WHERE reviewed_up_to IS NOT NULL LIMIT 1", []
        ) { (id: try $0.needText(0, "keyspace id"), after: try $0.needText(1, "keyspace reviewed_up_to")) }
        guard let found else { return false }
        let ids = try statements.all(
            "SELECT id FROM keys WHERE keyspace = $1 AND id > $2 ORDER BY id LIMIT \(count)",
            [.text(found.id), .text(found.after)]
        ) { try $0.needText(0, "key id") }
        if let last = ids.last {
            try statements.run(
                """
                UPDATE keys SET due_at = 0 WHERE keyspace = $1 AND id > $2 AND id <= $3 AND state <> 'revoked'
                """, [.text(found.id), .text(found.after), .text(last)])
        }
        try statements.run(
            "UPDATE keyspaces SET reviewed_up_to = $1 WHERE id = $2",
            [.text(ids.count < count ? nil : ids.last), .text(found.id)])
        return true
    }
}
