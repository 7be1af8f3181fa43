// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Wire

extension Transaction {
    private static let columns = """
        id, credential, account, provider, kind, stage, assignee, rank, due_at, next_at, tries, started_at, ended_at, \
        revision, document, task
        """

    package func rotation(_ id: RotationID) throws -> Rotation? {
        try statements.first("SELECT \(Self.columns) FROM rotations WHERE id = $1", [.id(id)], Self.rotation)
    }

    package func insert(_ rotation: Rotation) throws {
        try statements.run(
            """
            INSERT INTO rotations (\(Self.columns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            """,
            [
                .id(rotation.id), .id(rotation.credential), .id(rotation.account), .text(rotation.provider),
                .text(rotation.kind.rawValue), .text(rotation.stage.rawValue),
                .text(rotation.terms.assignee?.description), .integer(rotation.rank), .moment(rotation.terms.dueAt),
                .moment(rotation.nextAt), .integer(rotation.tries), .moment(rotation.startedAt),
                .moment(rotation.endedAt), .integer(rotation.revision), .text(RotationText.text(rotation)),
                .text(rotation.task?.rawValue),
            ])
    }

    package func update(_ rotation: Rotation) throws {
        try statements.run(
            """
            UPDATE rotations SET stage = $2, next_at = $3, tries = $4, ended_at = $5, revision = $6, document = $7,
            task = $8
            WHERE id = $1
            """,
            [
                .id(rotation.id), .text(rotation.stage.rawValue), .moment(rotation.nextAt), .integer(rotation.tries),
                .moment(rotation.endedAt), .integer(rotation.revision), .text(RotationText.text(rotation)),
                .text(rotation.task?.rawValue),
            ])
    }

    package func rotations(_ filter: RotationFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Rotation] {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let credential = filter.credential { conditions.add("credential = ?", .id(credential)) }
        if let provider = filter.provider { conditions.add("provider = ?", .text(provider)) }
        if let stage = filter.stage { conditions.add("stage = ?", .text(stage.rawValue)) }
        if let isOver = filter.isOver { conditions.add(isOver ? "ended_at IS NOT NULL" : "ended_at IS NULL") }
        if let assignee = filter.assignee { conditions.add("assignee = ?", .id(assignee)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM rotations\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, Self.rotation)
    }

    package func waitingRotations(of provider: String, by now: Instant, limit: Int) throws -> [RotationID] {
        try statements.all(
            """
            SELECT id FROM rotations WHERE stage = 'waiting' AND provider = $1 AND next_at <= $2
            ORDER BY rank DESC, due_at, id LIMIT \(limit)
            """, [.text(provider), .moment(now)]
        ) { try $0.id(0, "rotation id") }
    }

    package func providersWaited(by now: Instant) throws -> [String] {
        try statements.all(
            "SELECT DISTINCT provider FROM rotations WHERE stage = 'waiting' AND next_at <= $1", [.moment(now)]
        ) { try $0.needText(0, "rotation provider") }
    }

    package func dueRotations(by now: Instant, limit: Int) throws -> [RotationID] {
        try statements.all(
            """
            SELECT id FROM rotations WHERE next_at <= $1 AND stage <> 'waiting' ORDER BY next_at LIMIT \(limit)
            """, [.moment(now)]
        ) { try $0.id(0, "rotation id") }
    }

    package func busyRotations(of provider: String) throws -> Int {
        try statements.first(
            """
            SELECT COUNT(*) FROM rotations WHERE provider = $1 AND ended_at IS NULL AND stage IN
            ('minting', 'setting', 'testing', 'undoing', 'reverting')
            """, [.text(provider)]
        ) { Int($0.integer(0) ?? 0) } ?? 0
    }

    package func credentialsToRotate(by now: Instant, limit: Int) throws -> [CredentialID] {
        try statements.all(
            """
            SELECT id FROM credentials WHERE rotate_at <= $1 AND rotation IS NULL AND deleted_at IS NULL
            ORDER BY rotate_at LIMIT \(limit)
            """, [.moment(now)]
        ) { try $0.id(0, "credential id") }
    }

    package func isKeyInUse(_ key: String, like credential: CredentialID, otherThan version: VersionID?) throws -> Bool
    {
        try statements.first(
            """
            SELECT 1 FROM credential_versions v JOIN credentials c ON c.id = v.credential JOIN credentials o ON o.id = $2
            WHERE v.key_id = $1 AND c.provider = o.provider AND c.account = o.account AND c.settings = o.settings
            AND v.state <> 'retired' AND v.id <> $3 LIMIT 1
            """, [.text(key), .id(credential), .text(version?.description ?? "")]
        ) { _ in true } ?? false
    }

    private static func rotation(_ row: any Row) throws -> Rotation {
        let document = try RuleText.parse(try row.needText(14, "rotation document"))
        var rotation = Rotation(
            id: try row.id(0, "rotation id"), credential: try row.id(1, "rotation credential"),
            account: try row.id(2, "rotation account"), provider: try row.needText(3, "rotation provider"),
            kind: try row.value(4, "rotation kind"),
            former: try RuleText.need(document["former"]?.asString.flatMap { VersionID($0) }),
            terms: try RotationText.terms(document["terms"]), rank: try row.needInteger(7, "rotation rank"),
            startedAt: try row.needMoment(11, "rotation started_at"))
        rotation.stage = try row.value(5, "rotation stage")
        rotation.nextAt = row.moment(9)
        rotation.tries = try row.needInteger(10, "rotation tries")
        rotation.endedAt = row.moment(12)
        rotation.revision = try row.needInteger(13, "rotation revision")
        try RotationText.read(document, into: &rotation)
        return rotation
    }

    package func freezes() throws -> [RotationFreeze] {
        try statements.all("SELECT subject, reason, caller, at, until FROM rotation_freezes ORDER BY at", []) { row in
            RotationFreeze(
                subject: try RuleText.need(RotationFreeze.Subject(try row.needText(0, "freeze subject"))),
                reason: try row.needText(1, "freeze reason"), by: try row.needText(2, "freeze caller"),
                at: try row.needMoment(3, "freeze at"), until: row.moment(4))
        }
    }

    package func put(_ freeze: RotationFreeze) throws {
        try statements.run(
            """
            INSERT INTO rotation_freezes (subject, reason, caller, at, until) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (subject) DO UPDATE SET reason = EXCLUDED.reason, caller = EXCLUDED.caller, at = EXCLUDED.at,
            until = EXCLUDED.until
            """,
            [
                .text(freeze.subject.description), .text(freeze.reason), .text(freeze.by), .moment(freeze.at),
                .moment(freeze.until),
            ])
    }

    package func removeFreeze(_ subject: RotationFreeze.Subject) throws -> Bool {
        let subject = SQLValue.text(subject.description)
        let isThere = try statements.first("SELECT 1 FROM rotation_freezes WHERE subject = $1", [subject]) { _ in true }
        try statements.run("DELETE FROM rotation_freezes WHERE subject = $1", [subject])
        return isThere ?? false
    }
}

extension Ledger {
    /// Writes down when the step of a rotation is tried again, unless it was changed meanwhile. No event: nothing
    /// happened.
    package func postpone(_ rotation: Rotation) async throws {
        _ = try await write { transaction in
            try transaction.statements.run(
                "UPDATE rotations SET next_at = $2, tries = $3 WHERE id = $1 AND revision = $4",
                [
                    .id(rotation.id), .moment(rotation.nextAt), .integer(rotation.tries), .integer(rotation.revision),
                ])
        }
    }
}
