// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Rotations of held keys; what a credential and its versions know of them.
    static let rotations: [String] = [
        "ALTER TABLE credentials ADD COLUMN rotation TEXT",
        "ALTER TABLE credentials ADD COLUMN share BIGINT",
        "ALTER TABLE credentials ADD COLUMN policy TEXT",
        "ALTER TABLE credentials ADD COLUMN rotate_at BIGINT",
        "CREATE INDEX credentials_by_rotate_at ON credentials (rotate_at) WHERE rotate_at IS NOT NULL",
        "ALTER TABLE credential_versions ADD COLUMN key_id TEXT",
        "ALTER TABLE credential_versions ADD COLUMN is_minted BIGINT NOT NULL DEFAULT 0",
        "CREATE INDEX credential_versions_by_key_id ON credential_versions (key_id) WHERE key_id IS NOT NULL",
        """
        CREATE TABLE rotations (
            id TEXT PRIMARY KEY, credential TEXT NOT NULL, account TEXT NOT NULL, provider TEXT NOT NULL, kind TEXT NOT NULL,
            stage TEXT NOT NULL, assignee TEXT, rank BIGINT NOT NULL, due_at BIGINT, next_at BIGINT, tries BIGINT NOT NULL,
            task TEXT, started_at BIGINT NOT NULL, ended_at BIGINT, revision BIGINT NOT NULL, document TEXT NOT NULL)
        """,
        "CREATE INDEX rotations_by_next ON rotations (next_at) WHERE next_at IS NOT NULL AND stage <> 'waiting'",
        "CREATE INDEX rotations_waiting ON rotations (provider, rank DESC, due_at, id) WHERE stage = 'waiting'",
        "CREATE INDEX rotations_by_stage ON rotations (provider, stage) WHERE ended_at IS NULL",
        "CREATE INDEX rotations_by_credential ON rotations (credential, id)",
        "CREATE INDEX rotations_by_account ON rotations (account, id)",
        """
        CREATE TABLE rotation_freezes (
            subject TEXT PRIMARY KEY, reason TEXT NOT NULL, caller TEXT NOT NULL, at BIGINT NOT NULL, until BIGINT)
        """,
    ]
}
