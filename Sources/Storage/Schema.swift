// SPDX-License-Identifier: Apache-2.0

/// The tables, as numbered steps that only go forward. Each step is one transaction; a database newer than the
/// program is refused.
package enum Schema {
    /// All steps, the first one numbered 1. A step that has shipped is never edited.
    static let steps: [[String]] = [
        first, second, tokens + signIn + webhooks, heldKeys + heldVault + heldUses + exposures + deposits + operators,
        rotations + offboardings,
    ]

    /// Brings the database to the newest step.
    package static func migrate(_ engine: any Engine) async throws {
        _ = try await engine.write { statements in
            try statements.run("CREATE TABLE IF NOT EXISTS schema_steps (number BIGINT PRIMARY KEY)", [])
            return 0
        } committed: { _ in
        }
        let done = try await engine.read { statements in
            try statements.first("SELECT COALESCE(MAX(number), 0) FROM schema_steps", []) { $0.integer(0) ?? 0 } ?? 0
        }
        guard done <= steps.count else {
            throw EngineFailure.failed(
                "the database was written by a newer version (step \(done), this program knows \(steps.count))")
        }
        for (offset, step) in steps.enumerated().dropFirst(Int(done)) {
            _ = try await engine.write { statements in
                for sql in step { try statements.run(sql, []) }
                return try statements.run(
                    "INSERT INTO schema_steps (number) VALUES ($1)", [.integer(Int64(offset + 1))])
            } committed: { _ in
            }
        }
    }

    private static let first: [String] = [
        """
        CREATE TABLE heads (name TEXT PRIMARY KEY, sequence BIGINT NOT NULL, hash BYTEA NOT NULL)
        """,
        """
        CREATE TABLE events (
            sequence BIGINT PRIMARY KEY, id TEXT NOT NULL, at BIGINT NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL,
            caller TEXT NOT NULL, address TEXT, subject TEXT, account TEXT, details TEXT NOT NULL,
            previous BYTEA NOT NULL, hash BYTEA NOT NULL)
        """,
        "CREATE INDEX events_by_account ON events (account, sequence)",
        """
        CREATE TABLE changes (sequence BIGINT PRIMARY KEY, kind TEXT NOT NULL, id TEXT NOT NULL)
        """,
        """
        CREATE TABLE keyspaces (
            id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, prefix TEXT NOT NULL, environment TEXT NOT NULL,
            max_lifetime BIGINT, accepts_query BIGINT NOT NULL, built_in BIGINT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        """
        CREATE TABLE owners (
            id TEXT PRIMARY KEY, type TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
            external_place TEXT NOT NULL, external_id TEXT, email TEXT, metadata TEXT NOT NULL, locked_at BIGINT,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE UNIQUE INDEX owners_by_external_id ON owners (type, external_place, external_id)",
        "CREATE INDEX owners_by_account ON owners (account, type, id)",
        """
        CREATE TABLE keys (
            id TEXT PRIMARY KEY, keyspace TEXT NOT NULL, owner TEXT NOT NULL, account TEXT NOT NULL, name TEXT NOT NULL,
            scopes TEXT NOT NULL, state TEXT NOT NULL, revoked_at BIGINT, revoked_reason TEXT, revoked_note TEXT,
            expires_at BIGINT, not_before BIGINT, rules TEXT NOT NULL, metadata TEXT NOT NULL, hint TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE INDEX keys_by_account ON keys (account, id)",
        "CREATE INDEX keys_by_owner ON keys (owner, id)",
        """
        CREATE TABLE key_secrets (
            digest BYTEA PRIMARY KEY, key TEXT NOT NULL, role TEXT NOT NULL, created_at BIGINT NOT NULL, grace_expires_at BIGINT)
        """,
        "CREATE INDEX key_secrets_by_key ON key_secrets (key)",
        "CREATE TABLE key_uses (key TEXT PRIMARY KEY, uses BIGINT NOT NULL, last_at BIGINT NOT NULL)",
        """
        CREATE TABLE keyring (
            number BIGINT PRIMARY KEY, master_key TEXT NOT NULL, box BYTEA NOT NULL, created_at BIGINT NOT NULL)
        """,
        "CREATE TABLE data_keys (account TEXT PRIMARY KEY, box BYTEA NOT NULL, created_at BIGINT NOT NULL)",
        """
        CREATE TABLE providers (
            name TEXT PRIMARY KEY, title TEXT NOT NULL, document TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        """
        CREATE TABLE credentials (
            id TEXT PRIMARY KEY, account TEXT NOT NULL, provider TEXT NOT NULL, name TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE INDEX credentials_by_account ON credentials (account, id)",
        """
        CREATE TABLE credential_versions (
            id TEXT PRIMARY KEY, credential TEXT NOT NULL, number BIGINT NOT NULL, state TEXT NOT NULL,
            fingerprint TEXT NOT NULL, box BYTEA NOT NULL, created_at BIGINT NOT NULL)
        """,
        "CREATE UNIQUE INDEX credential_versions_by_number ON credential_versions (credential, number)",
        """
        CREATE TABLE integrations (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, app TEXT NOT NULL, account TEXT NOT NULL, credential TEXT NOT NULL,
            allow TEXT NOT NULL, expires_at BIGINT, state TEXT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE UNIQUE INDEX integrations_by_name ON integrations (app, name)",
        "CREATE INDEX integrations_by_account ON integrations (account, id)",
    ]
    /// Limits, quotas, rotation, usage, replayed answers, checkpoints.
    private static let second: [String] = [
        "ALTER TABLE keyspaces ADD COLUMN default_limits TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE keyspaces ADD COLUMN rotate_every BIGINT",
        "ALTER TABLE keyspaces ADD COLUMN revoke_when_unused_for BIGINT",
        "ALTER TABLE owners ADD COLUMN quota TEXT",
        "ALTER TABLE keys ADD COLUMN limits TEXT",
        "ALTER TABLE keys ADD COLUMN quota TEXT",
        "ALTER TABLE keys ADD COLUMN rotated_at BIGINT",
        "ALTER TABLE keys ADD COLUMN due_at BIGINT",
        "UPDATE keys SET due_at = 0 WHERE expires_at IS NOT NULL AND state <> 'revoked'",
        "CREATE INDEX keys_by_due ON keys (due_at) WHERE due_at IS NOT NULL",
        "ALTER TABLE keyspaces ADD COLUMN reviewed_up_to TEXT",
        "CREATE INDEX keys_by_keyspace ON keys (keyspace, id)",
        "ALTER TABLE key_secrets ADD COLUMN retiring_since BIGINT",
        "ALTER TABLE key_secrets ADD COLUMN finish_when_idle BIGINT",
        "ALTER TABLE key_secrets ADD COLUMN is_foreign BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE key_secrets ADD COLUMN hint TEXT",
        "ALTER TABLE key_uses ADD COLUMN address TEXT",
        "ALTER TABLE key_uses ADD COLUMN user_agent TEXT",
        """
        CREATE TABLE quota_states (
            subject TEXT PRIMARY KEY, period_start BIGINT NOT NULL, spent BIGINT NOT NULL, refills BIGINT NOT NULL,
            alerted BIGINT NOT NULL, rule TEXT NOT NULL)
        """,
        """
        CREATE TABLE stragglers (
            key TEXT NOT NULL, since BIGINT NOT NULL, address TEXT NOT NULL, user_agent TEXT NOT NULL,
            uses BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
            PRIMARY KEY (key, since, address, user_agent))
        """,
        """
        CREATE TABLE usage (
            key TEXT NOT NULL, step BIGINT NOT NULL, at BIGINT NOT NULL, code TEXT NOT NULL, tag TEXT NOT NULL,
            uses BIGINT NOT NULL, cost BIGINT NOT NULL, PRIMARY KEY (key, step, at, code, tag))
        """,
        "CREATE INDEX usage_by_step ON usage (step, at, key)",
        """
        CREATE TABLE scope_uses (
            key TEXT NOT NULL, scope TEXT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL,
            PRIMARY KEY (key, scope))
        """,
        """
        CREATE TABLE notices (
            subject TEXT NOT NULL, kind TEXT NOT NULL, at BIGINT NOT NULL, step BIGINT NOT NULL, PRIMARY KEY (subject, kind))
        """,
        """
        CREATE TABLE kept_answers (
            caller TEXT NOT NULL, name BYTEA NOT NULL, box BYTEA NOT NULL, expires_at BIGINT NOT NULL,
            PRIMARY KEY (caller, name))
        """,
        "CREATE INDEX kept_answers_by_end ON kept_answers (expires_at)",
        """
        CREATE TABLE signing_keys (
            name TEXT PRIMARY KEY, public_key BYTEA NOT NULL, box BYTEA NOT NULL, created_at BIGINT NOT NULL)
        """,
        """
        CREATE TABLE checkpoints (
            number BIGINT PRIMARY KEY, size BIGINT NOT NULL, root BYTEA NOT NULL, frontier BYTEA NOT NULL, note TEXT NOT NULL,
            at BIGINT NOT NULL)
        """,
    ]
}
