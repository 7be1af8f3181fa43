// SPDX-License-Identifier: Apache-2.0
package import Access
package import IssuedKeys
internal import Secrets

extension Transaction: KeyRecords {
    static let keyColumns = """
        k.id, k.keyspace, k.owner, k.account, k.name, k.scopes, k.state, k.revoked_at, k.revoked_reason, k.revoked_note, \
        k.expires_at, k.not_before, k.rules, k.metadata, k.hint, k.created_at, k.updated_at, k.revision, \
        k.limits, k.quota, k.rotated_at, k.secretless
        """

    static let secretColumns =
        "s.digest, s.role, s.created_at, s.grace_expires_at, s.retiring_since, s.finish_when_idle, s.is_foreign, s.hint"

    package func key(_ id: KeyID) throws -> Key? {
        var reader = KeyReader()
        return try statements.first("SELECT \(Self.keyColumns) FROM keys k WHERE k.id = $1", [.id(id)]) { row in
            try reader.key(row, secrets: try secrets(of: id))
        }
    }

    private func secrets(of id: KeyID) throws -> [KeySecret] {
        try statements.all(
            "SELECT \(Self.secretColumns) FROM key_secrets s WHERE s.key = $1 ORDER BY s.created_at, s.digest",
            [.id(id)]
        ) { try KeyReader.secret($0, from: 0) }
    }

    package func insert(_ key: Key) throws {
        try refuseIfFrozen(.account(key.account), key.owner)
        try statements.run(
            """
            INSERT INTO keys (id, keyspace, owner, account, name, scopes, state, revoked_at, revoked_reason, revoked_note,
            expires_at, not_before, rules, metadata, hint, created_at, updated_at, revision, limits, quota, rotated_at,
            secretless)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)
            """,
            [
                .id(key.id), .id(key.keyspace), .text(key.owner.description), .id(key.account), .text(key.name),
                .text(key.scopes.description), .text(key.state.name), .moment(key.revocation?.at),
                .text(key.revocation?.reason.rawValue), .text(key.revocation?.note), .moment(key.expiresAt),
                .moment(key.notBefore), .text(key.ruleText), .text(key.metadata), .text(key.hint),
                .moment(key.createdAt), .moment(key.updatedAt), .integer(key.revision),
                .text(key.limits.map(AllowanceText.text)), .text(key.quota.map(AllowanceText.text)),
                .moment(key.rotatedAt), .flag(key.isSecretless),
            ])
        for secret in key.secrets { try put(secret, of: key.id) }
        try planNextLook(at: key, isNew: true)
        try note(.key(key), kind: "key", id: key.id.description)
    }

    package func update(_ key: Key) throws {
        if key.rotatedAt == key.updatedAt { try refuseIfFrozen(.account(key.account), key.owner) }
        try statements.run(
            """
            UPDATE keys SET name = $1, scopes = $2, state = $3, revoked_at = $4, revoked_reason = $5, revoked_note = $6,
            expires_at = $7, not_before = $8, rules = $9, metadata = $10, updated_at = $11, revision = $12, limits = $13,
            quota = $14, rotated_at = $15, hint = $16, owner = $18 WHERE id = $17
            """,
            [
                .text(key.name), .text(key.scopes.description), .text(key.state.name), .moment(key.revocation?.at),
                .text(key.revocation?.reason.rawValue), .text(key.revocation?.note), .moment(key.expiresAt),
                .moment(key.notBefore), .text(key.ruleText), .text(key.metadata), .moment(key.updatedAt),
                .integer(key.revision), .text(key.limits.map(AllowanceText.text)),
                .text(key.quota.map(AllowanceText.text)), .moment(key.rotatedAt), .text(key.hint), .id(key.id),
                .text(key.owner.description),
            ])
        try replaceSecrets(of: key)
        try planNextLook(at: key, isNew: false)
        try note(.key(key), kind: "key", id: key.id.description)
    }

    private func put(_ secret: KeySecret, of key: KeyID) throws {
        do {
            try statements.run(
                """
                INSERT INTO key_secrets (digest, key, role, created_at, grace_expires_at, retiring_since, finish_when_idle,
                is_foreign, hint) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                [
                    .blob(secret.digest.bytes), .id(key), .text(secret.role.rawValue), .moment(secret.createdAt),
                    .moment(secret.graceExpiresAt), .moment(secret.retiringSince), .length(secret.finishWhenIdle),
                    .flag(secret.isForeign), .text(secret.hint),
                ])
        } catch EngineFailure.taken {
            throw Refusal.alreadyImported
        }
    }

    /// Writes the secrets as the key has them now; one that it no longer has is found by nobody from then on.
    private func replaceSecrets(of key: Key) throws {
        let before = try secrets(of: key.id)
        guard before != key.secrets else { return }
        for secret in before where !key.secrets.contains(secret) {
            try statements.run("DELETE FROM key_secrets WHERE digest = $1", [.blob(secret.digest.bytes)])
            guard !key.secrets.contains(where: { $0.digest == secret.digest }) else { continue }
            try note(.forget(secret.digest), kind: "key", id: key.id.description)
        }
        for secret in key.secrets where !before.contains(secret) { try put(secret, of: key.id) }
    }

    package func keys(_ filter: KeyFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Key] {
        let conditions = Self.conditions(filter, visible: visible, page)
        var reader = KeyReader()
        return try statements.all(
            """
            SELECT \(Self.keyColumns) FROM keys k LEFT JOIN key_uses u ON u.key = k.id\(conditions.clause)
            ORDER BY k.id LIMIT \(page.limit)
            """, conditions.values
        ) { row in try reader.key(row, secrets: try secrets(of: try row.id(0, "key id"))) }
    }

    private static func conditions(_ filter: KeyFilter, visible: Set<AccountID>?, _ page: Page) -> Conditions {
        var conditions = Conditions()
        if let keyspace = filter.keyspace { conditions.add("k.keyspace = ?", .id(keyspace)) }
        if let owner = filter.owner { conditions.add("k.owner = ?", .text(owner.description)) }
        if let account = filter.account { conditions.add("k.account = ?", .id(account)) }
        if let state = filter.state { conditions.add("k.state = ?", .text(state)) }
        if let prefix = filter.prefix {
            conditions.add("SUBSTR(k.hint, 1, \(prefix.unicodeScalars.count)) = ?", .text(prefix))
        }
        if let moment = filter.lastUsedBefore {
            conditions.add("(u.last_at IS NULL OR u.last_at < ?)", .moment(moment))
        }
        if let scope = filter.scope {
            // Not LIKE, which takes no notice of case in one of the engines.
            conditions.add("REPLACE(' ' || k.scopes || ' ', ?, '') <> ' ' || k.scopes || ' '", .text(" \(scope) "))
        }
        if let text = filter.text {
            conditions.add("LOWER(k.name) LIKE LOWER(?) ESCAPE '\\'", .text("%" + Self.literal(text) + "%"))
        }
        if let visible { conditions.add("k.account", in: visible.map(\.description).sorted()) }
        if let after = page.after { conditions.add("k.id > ?", .text(after)) }
        return conditions
    }

    /// `text` with the wildcards of `LIKE` taken literally.
    private static func literal(_ text: String) -> String {
        var literal = ""
        for character in text {
            if character == "%" || character == "_" || character == "\\" { literal.append("\\") }
            literal.append(character)
        }
        return literal
    }
}

extension Key {
    var ruleText: String { RuleText(addresses: allowedAddresses, routes: allowedRoutes, accounts: boundAccounts).text }

    fileprivate var revocation: Revocation? {
        if case .revoked(let revocation) = state { revocation } else { nil }
    }
}

/// Reads keys; scope sets and rules that repeat are parsed once.
struct KeyReader {
    private var scopeSets: [String: ScopeSet] = [:]
    private var rules: [String: RuleText] = [:]
    private var limitLists: [String: [Limit]] = [:]

    static func secret(_ row: any Row, from column: Int) throws -> KeySecret {
        guard let digest = Digest(bytes: try row.needBlob(column, "digest")) else {
            throw StorageFailure.unreadable("digest")
        }
        return KeySecret(
            digest: digest, role: try row.value(column + 1, "secret role"),
            createdAt: try row.needMoment(column + 2, "secret created_at"), graceExpiresAt: row.moment(column + 3),
            retiringSince: row.moment(column + 4),
            finishWhenIdle: row.integer(column + 5).map(Length.init(milliseconds:)),
            hint: row.text(column + 7), isForeign: try row.needInteger(column + 6, "secret is_foreign") != 0)
    }

    mutating func key(_ row: any Row, secrets: [KeySecret]) throws -> Key {
        let rules = try rules(try row.needText(12, "key rules"))
        return Key(
            id: try row.id(0, "key id"), keyspace: try row.id(1, "key keyspace"), owner: try row.owner(2),
            account: try row.id(3, "key account"), name: try row.needText(4, "key name"),
            scopes: try scopes(try row.needText(5, "key scopes")), state: try state(row), expiresAt: row.moment(10),
            notBefore: row.moment(11), allowedAddresses: rules.addresses, allowedRoutes: rules.routes,
            boundAccounts: rules.accounts, metadata: try row.needText(13, "key metadata"),
            limits: try row.text(18).map { try limits($0) }, quota: try row.text(19).map(AllowanceText.quota),
            hint: try row.needText(14, "key hint"), secrets: secrets,
            createdAt: try row.needMoment(15, "key created_at"),
            updatedAt: try row.needMoment(16, "key updated_at"), revision: try row.needInteger(17, "key revision"),
            rotatedAt: row.moment(20), isSecretless: try row.needInteger(21, "key secretless") != 0)
    }

    private func state(_ row: any Row) throws -> KeyState {
        switch try row.needText(6, "key state") {
        case "active": return .active
        case "disabled": return .disabled
        case "revoked":
            return .revoked(
                Revocation(
                    at: try row.needMoment(7, "revoked_at"), reason: try row.value(8, "revoked_reason"),
                    note: row.text(9)))
        default: throw StorageFailure.unreadable("key state")
        }
    }

    private mutating func scopes(_ text: String) throws -> ScopeSet {
        if let known = scopeSets[text] { return known }
        let set = ScopeSet(try text.split(separator: " ").map { try RuleText.need(Scope($0)) })
        scopeSets[text] = set
        return set
    }

    private mutating func limits(_ text: String) throws -> [Limit] {
        if let known = limitLists[text] { return known }
        let parsed = try AllowanceText.limits(text)
        limitLists[text] = parsed
        return parsed
    }

    private mutating func rules(_ text: String) throws -> RuleText {
        if let known = rules[text] { return known }
        let parsed = try RuleText(text)
        rules[text] = parsed
        return parsed
    }
}
