// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// The keys that tokens are signed with, and tokens revoked before their end.
    static let tokens: [String] = [
        """
        CREATE TABLE token_keys (
            id TEXT PRIMARY KEY, algorithm TEXT NOT NULL, public_key BYTEA NOT NULL, box BYTEA NOT NULL,
            created_at BIGINT NOT NULL, signs_from BIGINT NOT NULL, signs_until BIGINT, published_until BIGINT)
        """,
        "CREATE TABLE revoked_tokens (id TEXT PRIMARY KEY, expires_at BIGINT NOT NULL)",
    ]
}
