// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Keys that are handed in sealed: the key pairs they are sealed to, and the invitations.
    static let deposits: [String] = [
        """
        CREATE TABLE deposit_keys (
            id TEXT PRIMARY KEY, public_key BYTEA NOT NULL, box BYTEA NOT NULL, created_at BIGINT NOT NULL,
            opens_until BIGINT)
        """,
        """
        CREATE TABLE deposits (
            id TEXT PRIMARY KEY, ticket BYTEA NOT NULL, account TEXT NOT NULL, provider TEXT NOT NULL, name TEXT NOT NULL,
            credential TEXT, pending BIGINT NOT NULL, settings TEXT NOT NULL, note TEXT, expires_at BIGINT NOT NULL,
            state TEXT NOT NULL, tries BIGINT NOT NULL, received_credential TEXT, received_version TEXT, fingerprint TEXT,
            received_at BIGINT, created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE UNIQUE INDEX deposits_by_ticket ON deposits (ticket)",
        "CREATE INDEX deposits_by_account ON deposits (account, id)",
    ]
}
