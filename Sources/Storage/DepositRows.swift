// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import Secrets

extension Transaction: DepositRecords {
    private static let depositColumns = """
        id, account, provider, name, credential, pending, settings, note, expires_at, state, tries, received_credential, \
        received_version, fingerprint, received_at, created_at, updated_at, revision
        """

    package func deposit(_ id: DepositID) throws -> Deposit? {
        try statements.first(
            "SELECT \(Self.depositColumns) FROM deposits WHERE id = $1", [.id(id)], DepositRows.deposit)
    }

    func deposit(ofTicket digest: Digest) throws -> Deposit? {
        try statements.first(
            "SELECT \(Self.depositColumns) FROM deposits WHERE ticket = $1", [.blob(digest.bytes)], DepositRows.deposit)
    }

    package func insert(_ deposit: Deposit, ticket: Digest) throws {
        if case .newCredential = deposit.target { try refuseIfFrozen(.account(deposit.account)) }
        try statements.run(
            """
            INSERT INTO deposits (ticket, \(Self.depositColumns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
            """,
            [
                .blob(ticket.bytes), .id(deposit.id), .id(deposit.account), .text(deposit.provider),
                .text(deposit.name), .text(deposit.replaced?.description), .flag(deposit.isPending),
                .text(Transaction.text(deposit.settings)), .text(deposit.note), .moment(deposit.expiresAt),
                .text(deposit.state.rawValue), .integer(deposit.tries), .text(deposit.receipt?.credential.description),
                .text(deposit.receipt?.version.description), .text(deposit.receipt?.fingerprint),
                .moment(deposit.receipt?.at), .moment(deposit.createdAt), .moment(deposit.updatedAt),
                .integer(deposit.revision),
            ])
    }

    package func update(_ deposit: Deposit) throws {
        try statements.run(
            """
            UPDATE deposits SET state = $1, tries = $2, received_credential = $3, received_version = $4, fingerprint = $5,
            received_at = $6, updated_at = $7, revision = $8 WHERE id = $9
            """,
            [
                .text(deposit.state.rawValue), .integer(deposit.tries), .text(deposit.receipt?.credential.description),
                .text(deposit.receipt?.version.description), .text(deposit.receipt?.fingerprint),
                .moment(deposit.receipt?.at), .moment(deposit.updatedAt), .integer(deposit.revision), .id(deposit.id),
            ])
    }

    package func deposits(_ filter: DepositFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Deposit] {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let state = filter.state { conditions.add("state = ?", .text(state.rawValue)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.depositColumns) FROM deposits\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, DepositRows.deposit)
    }

    package func depositKeys() throws -> [StoredDepositKey] {
        try statements.all(
            """
            SELECT public_key, box, created_at, opens_until FROM deposit_keys
            ORDER BY created_at, opens_until IS NULL, id
            """, [], DepositRows.key)
    }

    package func put(_ key: StoredDepositKey) throws {
        try statements.run(
            """
            INSERT INTO deposit_keys (id, public_key, box, created_at, opens_until) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (id) DO UPDATE SET opens_until = EXCLUDED.opens_until
            """,
            [
                .text(key.id), .blob(key.publicKey.bytes), .blob(key.box), .moment(key.createdAt),
                .moment(key.opensUntil),
            ])
    }

    package func removeDepositKey(_ id: String) throws {
        try statements.run("DELETE FROM deposit_keys WHERE id = $1", [.text(id)])
    }

    package func installation() throws -> String {
        guard let verifier = try SigningKeyRows.verifier(statements) else {
            throw StorageFailure.unreadable("signing key")
        }
        return verifier.name
    }
}

/// Invitations and deposit keys as rows.
private enum DepositRows {
    static func deposit(_ row: any Row) throws -> Deposit {
        let replaced: CredentialID? = try optional(row, 4, "deposit credential")
        let isPending = try row.needInteger(5, "deposit pending") != 0
        var deposit = Deposit(
            id: try row.id(0, "deposit id"), account: try row.id(1, "deposit account"),
            provider: try row.needText(2, "deposit provider"), name: try row.needText(3, "deposit name"),
            target: replaced.map { .version(of: $0, isPending: isPending) } ?? .newCredential,
            expiresAt: try row.needMoment(8, "deposit expires_at"),
            createdAt: try row.needMoment(15, "deposit created_at"))
        deposit.settings = try Transaction.settings(try row.needText(6, "deposit settings"))
        deposit.note = row.text(7)
        deposit.state = try row.value(9, "deposit state")
        deposit.tries = try row.needInteger(10, "deposit tries")
        deposit.receipt = try receipt(row)
        deposit.updatedAt = try row.needMoment(16, "deposit updated_at")
        deposit.revision = try row.needInteger(17, "deposit revision")
        return deposit
    }

    private static func receipt(_ row: any Row) throws -> Deposit.Receipt? {
        guard let at = row.moment(14) else { return nil }
        return Deposit.Receipt(
            credential: try row.id(11, "deposit received_credential"),
            version: try row.id(12, "deposit received_version"),
            fingerprint: try row.needText(13, "deposit fingerprint"), at: at)
    }

    private static func optional<Kind>(
        _ row: any Row, _ column: Int, _ what: StaticString
    ) throws -> Identifier<Kind>? {
        row.text(column) == nil ? nil : try row.id(column, what)
    }

    static func key(_ row: any Row) throws -> StoredDepositKey {
        StoredDepositKey(
            publicKey: try RuleText.need(DepositPublicKey(bytes: try row.needBlob(0, "deposit key's public half"))),
            box: try row.needBlob(1, "deposit key"), createdAt: try row.needMoment(2, "deposit key's start"),
            opensUntil: row.moment(3))
    }
}

extension Deposit {
    fileprivate var replaced: CredentialID? {
        switch target {
        case .newCredential: nil
        case .version(let credential, _): credential
        }
    }

    fileprivate var isPending: Bool {
        switch target {
        case .newCredential: false
        case .version(_, let isPending): isPending
        }
    }
}

extension Ledger: DepositTickets {
    package func deposit(ofTicket digest: Digest) async throws -> Deposit? {
        try await reading { try $0.deposit(ofTicket: digest) }
    }
}
