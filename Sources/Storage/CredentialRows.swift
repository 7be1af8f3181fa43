// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys

extension Transaction: CredentialRecords {
    private static let columns = "id, account, provider, name, created_at, updated_at, revision"

    private func credential(_ row: any Row) throws -> Credential {
        let id: CredentialID = try row.id(0, "credential id")
        return Credential(
            id: id, account: try row.id(1, "credential account"), provider: try row.needText(2, "credential provider"),
            name: try row.needText(3, "credential name"), versions: try versions(of: id),
            createdAt: try row.needMoment(4, "credential created_at"),
            updatedAt: try row.needMoment(5, "credential updated_at"),
            revision: try row.needInteger(6, "credential revision"))
    }

    private func versions(of id: CredentialID) throws -> [CredentialVersion] {
        try statements.all(
            """
            SELECT id, number, state, fingerprint, box, created_at FROM credential_versions WHERE credential = $1
            ORDER BY number
            """, [.id(id)]
        ) { row in
            CredentialVersion(
                id: try row.id(0, "version id"), number: try row.needInteger(1, "version number"),
                state: try row.value(2, "version state"), fingerprint: try row.needText(3, "version fingerprint"),
                box: try row.needBlob(4, "version box"), createdAt: try row.needMoment(5, "version created_at"))
        }
    }

    package func credential(_ id: CredentialID) throws -> Credential? {
        try statements.first("SELECT \(Self.columns) FROM credentials WHERE id = $1", [.id(id)], credential)
    }

    package func credentials(_ filter: CredentialFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Credential]
    {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let provider = filter.provider { conditions.add("provider = ?", .text(provider)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.columns) FROM credentials\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, credential)
    }

    package func insert(_ credential: Credential) throws {
        try statements.run(
            "INSERT INTO credentials (\(Self.columns)) VALUES ($1, $2, $3, $4, $5, $6, $7)",
            [
                .id(credential.id), .id(credential.account), .text(credential.provider), .text(credential.name),
                .moment(credential.createdAt), .moment(credential.updatedAt), .integer(credential.revision),
            ])
        for version in credential.versions {
            try statements.run(
                """
                INSERT INTO credential_versions (id, credential, number, state, fingerprint, box, created_at)
                VALUES ($1, $2, $3, $4, $5, $6, $7)
                """,
                [
                    .id(version.id), .id(credential.id), .integer(version.number), .text(version.state.rawValue),
                    .text(version.fingerprint), .blob(version.box), .moment(version.createdAt),
                ])
        }
        try note(.credential(credential), kind: "credential", id: credential.id.description)
    }
}
