// SPDX-License-Identifier: Apache-2.0
package import Access
internal import HeldKeys
package import Secrets
package import Tokens

extension Transaction: TokenRecords {
    package func tokenKeys() throws -> [TokenKey] { try TokenRows.keys(statements) }

    package func add(_ key: TokenKey, seed: borrowing Secret) throws {
        guard let vault, let signing = TokenSigningKey(key.algorithm, seed: seed) else {
            throw StorageFailure.unreadable("token key")
        }
        try statements.run(
            """
            INSERT INTO token_keys (id, algorithm, public_key, box, created_at, signs_from, signs_until, published_until)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """,
            [
                .id(key.id), .text(key.algorithm.rawValue), .blob(key.verifying.bytes),
                .blob(vault.seal(seed, for: TokenRows.place(key.id, key.verifying))), .moment(key.createdAt),
                .moment(key.signsFrom), .moment(key.signsUntil), .moment(key.publishedUntil),
            ])
        try note(.key(key, signing), kind: "token_key", id: key.id.description)
    }

    package func setTimes(_ key: TokenKey) throws {
        try statements.run(
            "UPDATE token_keys SET signs_until = $2, published_until = $3 WHERE id = $1",
            [.id(key.id), .moment(key.signsUntil), .moment(key.publishedUntil)])
        try note(.times(key), kind: "token_key", id: key.id.description)
    }

    package func forgetTokenKey(_ id: TokenKeyID) throws {
        try statements.run("DELETE FROM token_keys WHERE id = $1", [.id(id)])
        try note(.forgetKey(id), kind: "token_key", id: id.description)
    }

    package func revokeToken(_ id: TokenID, until end: Instant) throws {
        try statements.run(
            "INSERT INTO revoked_tokens (id, expires_at) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
            [.id(id), .moment(end)])
        try note(.revoked(id, until: end), kind: "token", id: id.description)
    }

    package func forgetRevokedTokens(before now: Instant) throws {
        try statements.run("DELETE FROM revoked_tokens WHERE expires_at <= $1", [.moment(now)])
    }
}

/// Reads what a ``Mint`` needs at the start.
package enum TokenRows {
    /// Everything stored, as changes to an empty mint.
    package static func load(_ engine: any Engine, _ keyring: Keyring) async throws -> [MintChange] {
        try await engine.read { statements in
            let boxes = try statements.all("SELECT box FROM token_keys ORDER BY id", []) {
                try $0.needBlob(0, "token key")
            }
            var changes = try zip(keys(statements), boxes).map { key, box in
                let seed = try keyring.open(box, from: place(key.id, key.verifying))
                guard let signing = TokenSigningKey(key.algorithm, seed: seed), signing.verifying == key.verifying
                else {
                    throw SealFailure.unreadable
                }
                return MintChange.key(key, signing)
            }
            changes += try statements.all("SELECT id, expires_at FROM revoked_tokens", []) { row in
                .revoked(try row.id(0, "token id"), until: try row.needMoment(1, "token end"))
            }
            return changes
        }
    }

    fileprivate static func keys(_ statements: any Statements) throws -> [TokenKey] {
        try statements.all(
            """
            SELECT id, algorithm, public_key, created_at, signs_from, signs_until, published_until FROM token_keys
            ORDER BY id
            """, []
        ) { row in
            let algorithm = try RuleText.need(TokenAlgorithm(rawValue: try row.needText(1, "token algorithm")))
            return TokenKey(
                id: try row.id(0, "token key id"),
                verifying: try RuleText.need(
                    TokenVerifyingKey(algorithm, bytes: try row.needBlob(2, "token key's public half"))),
                createdAt: try row.needMoment(3, "token key's start"),
                signsFrom: try row.needMoment(4, "token key's start"), signsUntil: row.moment(5),
                publishedUntil: row.moment(6))
        }
    }

    fileprivate static func place(_ id: TokenKeyID, _ key: TokenVerifyingKey) -> Place {
        Place("token key", id.description, key.algorithm.rawValue, Hexadecimal.text(key.bytes))
    }
}
