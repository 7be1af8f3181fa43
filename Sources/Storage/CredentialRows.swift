// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
internal import Wire

extension Transaction: CredentialRecords {
    private static let columns =
        """
        id, account, provider, name, created_at, updated_at, revision, settings, deleted_at, recoverable_until, \
        rotation, share, policy, rotate_at
        """

    private func credential(_ row: any Row) throws -> Credential {
        let id: CredentialID = try row.id(0, "credential id")
        var credential = Credential(
            id: id, account: try row.id(1, "credential account"), provider: try row.needText(2, "credential provider"),
            name: try row.needText(3, "credential name"), versions: try versions(of: id),
            createdAt: try row.needMoment(4, "credential created_at"),
            updatedAt: try row.needMoment(5, "credential updated_at"),
            revision: try row.needInteger(6, "credential revision"))
        credential.settings = try Self.settings(try row.needText(7, "credential settings"))
        if let at = row.moment(8) {
            credential.deletion = .init(at: at, recoverableUntil: try row.needMoment(9, "credential recoverable_until"))
        }
        credential.rotation = try row.text(10).map { try RuleText.need(RotationID($0)) }
        credential.share = row.integer(11).map { Int($0) }
        credential.policy = try row.text(12).map(RotationText.policy)
        credential.rotateAt = row.moment(13)
        return credential
    }

    /// So many retired versions are read with a credential.
    private static let retiredAtOnce = 20
    private static let versionColumns = """
        id, number, state, fingerprint, box, created_at, parts, expires_at, key_id, is_minted
        """

    /// The versions with a value, and of the retired ones the newest.
    private func versions(of id: CredentialID) throws -> [CredentialVersion] {
        try statements.all(
            """
            SELECT \(Self.versionColumns) FROM credential_versions WHERE credential = $1 AND (state <> 'retired' OR number >
            (SELECT MAX(number) FROM credential_versions WHERE credential = $1) - \(Self.retiredAtOnce)) ORDER BY number
            """, [.id(id)], Self.version)
    }

    package func versions(
        of id: CredentialID, below number: Int64?, limit: Int
    ) throws -> [CredentialVersion] {
        var conditions = Conditions()
        conditions.add("credential = ?", .id(id))
        if let number { conditions.add("number < ?", .integer(number)) }
        return try statements.all(
            """
            SELECT \(Self.versionColumns) FROM credential_versions\(conditions.clause)
            ORDER BY number DESC LIMIT \(limit)
            """, conditions.values, Self.version)
    }

    private static func version(_ row: any Row) throws -> CredentialVersion {
        var version = CredentialVersion(
            id: try row.id(0, "version id"), number: try row.needInteger(1, "version number"),
            state: try row.value(2, "version state"), fingerprint: try row.needText(3, "version fingerprint"),
            box: try row.needBlob(4, "version box"), createdAt: try row.needMoment(5, "version created_at"))
        version.parts = try row.needText(6, "version parts").split(separator: " ").map(String.init)
        version.expiresAt = row.moment(7)
        version.keyID = row.text(8)
        version.isMinted = row.integer(9) == 1
        return version
    }

    package func credentialsToDestroy(by now: Instant, limit: Int) throws -> [CredentialID] {
        try statements.all(
            """
            SELECT id FROM credentials WHERE recoverable_until <= $1 AND EXISTS (SELECT 1 FROM credential_versions
            WHERE credential = credentials.id AND state <> 'retired') ORDER BY recoverable_until LIMIT \(limit)
            """, [.moment(now)]
        ) { try $0.id(0, "credential id") }
    }

    static func settings(_ text: String) throws -> [CredentialSetting] {
        try RuleText.need(RuleText.parse(text).asObject).map { member in
            CredentialSetting(name: member.name, value: try RuleText.need(member.value.asString))
        }
    }

    static func text(_ settings: [CredentialSetting]) -> String {
        JSON.object(settings.map { .init(name: $0.name, value: .string($0.value)) }).text
    }

    package func credential(_ id: CredentialID) throws -> Credential? {
        try statements.first("SELECT \(Self.columns) FROM credentials WHERE id = $1", [.id(id)], credential)
    }

    package func credentials(_ filter: CredentialFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Credential]
    {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let provider = filter.provider { conditions.add("provider = ?", .text(provider)) }
        if let isDeleted = filter.isDeleted {
            conditions.add(isDeleted ? "deleted_at IS NOT NULL" : "deleted_at IS NULL")
        }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM credentials\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, credential)
    }

    package func insert(_ credential: Credential) throws {
        try refuseIfFrozen(.account(credential.account))
        try statements.run(
            "INSERT INTO credentials (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
            [
                .id(credential.id), .id(credential.account), .text(credential.provider), .text(credential.name),
                .moment(credential.createdAt), .moment(credential.updatedAt), .integer(credential.revision),
                .text(Self.text(credential.settings)), .moment(credential.deletion?.at),
                .moment(credential.deletion?.recoverableUntil), .text(credential.rotation?.description),
                .number(credential.share), .text(credential.policy.map(RotationText.text)),
                .moment(credential.rotateAt),
            ])
        for version in credential.versions { try put(version, of: credential.id) }
        try note(.credential(credential.lent), kind: "credential", id: credential.id.description)
    }

    package func update(_ credential: Credential) throws {
        try statements.run(
            """
            UPDATE credentials SET name = $1, updated_at = $2, revision = $3, settings = $4, deleted_at = $5,
            recoverable_until = $6, rotation = $8, share = $9, policy = $10, rotate_at = $11 WHERE id = $7
            """,
            [
                .text(credential.name), .moment(credential.updatedAt), .integer(credential.revision),
                .text(Self.text(credential.settings)), .moment(credential.deletion?.at),
                .moment(credential.deletion?.recoverableUntil), .id(credential.id),
                .text(credential.rotation?.description), .number(credential.share),
                .text(credential.policy.map(RotationText.text)), .moment(credential.rotateAt),
            ])
        for version in credential.versions { try put(version, of: credential.id) }
        try note(.credential(credential.lent), kind: "credential", id: credential.id.description)
    }

    private func put(_ version: CredentialVersion, of id: CredentialID) throws {
        try statements.run(
            """
            INSERT INTO credential_versions (id, credential, number, state, fingerprint, box, created_at, parts, expires_at,
            key_id, is_minted) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (id) DO UPDATE SET
            state = EXCLUDED.state, box = EXCLUDED.box, expires_at = EXCLUDED.expires_at, key_id = EXCLUDED.key_id
            """,
            [
                .id(version.id), .id(id), .integer(version.number), .text(version.state.rawValue),
                .text(version.fingerprint), .blob(version.box), .moment(version.createdAt),
                .text(version.parts.joined(separator: " ")), .moment(version.expiresAt), .text(version.keyID),
                .flag(version.isMinted),
            ])
    }
}

extension Credential {
    /// What lending knows of it: no version that has no value.
    fileprivate var lent: Credential {
        var lent = self
        lent.versions.removeAll { $0.state == .retired }
        return lent
    }
}
