// SPDX-License-Identifier: Apache-2.0
package import Access
internal import IssuedKeys
package import Tokens
internal import Wire

extension Transaction: SignInRecords {
    static let signInRuleColumns = """
        id, name, account, key, issuer, audience, claims, scopes, lifetime, replay, jwks_uri, jwks, ca, state, \
        created_at, updated_at, revision
        """

    package func signInRule(_ id: SignInRuleID) throws -> SignInRule? {
        try statements.first(
            "SELECT \(Self.signInRuleColumns) FROM sign_in_rules WHERE id = $1", [.id(id)], SignInRuleText.rule)
    }

    package func insert(_ rule: SignInRule) throws {
        try refuseIfFrozen(.account(rule.account))
        if let owner = try key(rule.key)?.owner { try refuseIfFrozen(owner) }
        try insert(
            """
            INSERT INTO sign_in_rules (\(Self.signInRuleColumns))
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
            """,
            [
                .id(rule.id), .text(rule.name), .id(rule.account), .id(rule.key), .text(rule.issuer),
                .text(rule.audience), .text(SignInRuleText.json(rule.claims).text), .text(rule.scopes?.description),
                .length(rule.lifetime), .text(rule.replay.rawValue), .text(rule.keys.address), .text(rule.keys.pinned),
                .text(rule.keys.certificateAuthorities), .text(rule.state.rawValue), .moment(rule.createdAt),
                .moment(rule.updatedAt), .integer(rule.revision),
            ], ifTaken: SignInRuleText.taken, fix: SignInRuleText.fix)
    }

    package func update(_ rule: SignInRule) throws {
        try insert(
            """
            UPDATE sign_in_rules SET name = $1, audience = $2, claims = $3, scopes = $4, lifetime = $5, replay = $6,
            jwks_uri = $7, jwks = $8, ca = $9, state = $10, updated_at = $11, revision = $12 WHERE id = $13
            """,
            [
                .text(rule.name), .text(rule.audience), .text(SignInRuleText.json(rule.claims).text),
                .text(rule.scopes?.description), .length(rule.lifetime), .text(rule.replay.rawValue),
                .text(rule.keys.address), .text(rule.keys.pinned), .text(rule.keys.certificateAuthorities),
                .text(rule.state.rawValue), .moment(rule.updatedAt), .integer(rule.revision), .id(rule.id),
            ], ifTaken: SignInRuleText.taken, fix: SignInRuleText.fix)
    }

    package func remove(_ rule: SignInRule) throws {
        try statements.run("DELETE FROM sign_in_rules WHERE id = $1", [.id(rule.id)])
    }

    package func signInRules(
        _ filter: SignInRuleFilter, visible: Set<AccountID>?, _ page: Page
    ) throws -> [SignInRule] {
        var conditions = Conditions()
        if let account = filter.account { conditions.add("account = ?", .id(account)) }
        if let key = filter.key { conditions.add("key = ?", .id(key)) }
        if let issuer = filter.issuer { conditions.add("issuer = ?", .text(issuer)) }
        if let state = filter.state { conditions.add("state = ?", .text(state.rawValue)) }
        conditions.add(page, visible: visible)
        return try statements.all(
            "SELECT \(Self.signInRuleColumns) FROM sign_in_rules\(conditions.clause) ORDER BY id LIMIT \(page.limit)",
            conditions.values, SignInRuleText.rule)
    }

    package func countOfSignInRules(of issuer: String) throws -> Int {
        try statements.first("SELECT COUNT(*) FROM sign_in_rules WHERE issuer = $1", [.text(issuer)]) {
            Int(try $0.needInteger(0, "count of sign-in rules"))
        } ?? 0
    }

    package func signInKey(_ id: KeyID) throws -> SignInKey? {
        guard let key = try key(id), let keyspace = try keyspace(key.keyspace) else { return nil }
        let isRevoked = if case .revoked = key.state { true } else { false }
        return SignInKey(
            id: id, account: key.account, scopes: key.scopes, isManagement: keyspace.isBuiltIn,
            boundAccounts: key.boundAccounts, isRevoked: isRevoked)
    }
}

/// A rule as it is stored.
enum SignInRuleText {
    static let taken = "The account has a sign-in rule of this name."
    static let fix = "Choose another name, or remove the other rule."

    static func rule(_ row: any Row) throws -> SignInRule {
        SignInRule(
            id: try row.id(0, "sign-in rule id"), name: try row.needText(1, "sign-in rule name"),
            account: try row.id(2, "sign-in rule account"), key: try row.id(3, "sign-in rule key"),
            issuer: try row.needText(4, "sign-in rule issuer"), audience: try row.needText(5, "sign-in rule audience"),
            claims: try claims(try RuleText.parse(try row.needText(6, "sign-in rule claims"))),
            scopes: try row.text(7).map { text in
                ScopeSet(try text.split(separator: " ").map { try RuleText.need(Scope($0)) })
            },
            lifetime: Length(milliseconds: try row.needInteger(8, "sign-in rule lifetime")),
            replay: try row.value(9, "sign-in rule replay"), keys: keys(row),
            state: try row.value(13, "sign-in rule state"),
            createdAt: try row.needMoment(14, "sign-in rule created_at"),
            updatedAt: try row.needMoment(15, "sign-in rule updated_at"),
            revision: try row.needInteger(16, "sign-in rule revision"))
    }

    private static func keys(_ row: any Row) -> KeyPlace {
        let way: KeyPlace.Way =
            if let pinned = row.text(11) { .pinned(pinned) } else if let url = row.text(10) { .address(url) } else {
                .discovery
            }
        return KeyPlace(way, certificateAuthorities: row.text(12))
    }

    static func json(_ conditions: [ClaimCondition]) -> JSON {
        .object(
            conditions.map { condition in
                JSON.Member(name: condition.claim, value: .array(condition.patterns.map { .string($0.text) }))
            })
    }

    private static func claims(_ json: JSON) throws -> [ClaimCondition] {
        try RuleText.need(json.asObject).map { member in
            let patterns = try RuleText.strings(member.value).map { try RuleText.need(ClaimPattern($0)) }
            return try RuleText.need(ClaimCondition(claim: member.name, patterns: patterns))
        }
    }
}

extension KeyPlace {
    fileprivate var address: String? { if case .address(let url) = way { url } else { nil } }
    fileprivate var pinned: String? { if case .pinned(let text) = way { text } else { nil } }
}
