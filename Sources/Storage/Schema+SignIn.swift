// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// The rules by which machines sign in with an identity they have, the identities used up, and keys without a
    /// secret, which machines sign in for.
    static let signIn: [String] = [
        """
        CREATE TABLE sign_in_rules (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, account TEXT NOT NULL, key TEXT NOT NULL, issuer TEXT NOT NULL,
            audience TEXT NOT NULL, claims TEXT NOT NULL, scopes TEXT, lifetime BIGINT NOT NULL, replay TEXT NOT NULL,
            jwks_uri TEXT, jwks TEXT, ca TEXT, state TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE UNIQUE INDEX sign_in_rules_by_name ON sign_in_rules (account, name)",
        "CREATE INDEX sign_in_rules_by_issuer ON sign_in_rules (issuer, id)",
        "CREATE TABLE used_identities (mark BYTEA PRIMARY KEY, until BIGINT NOT NULL)",
        "CREATE INDEX used_identities_by_end ON used_identities (until)",
        "ALTER TABLE keys ADD COLUMN secretless BIGINT NOT NULL DEFAULT 0",
    ]
}
