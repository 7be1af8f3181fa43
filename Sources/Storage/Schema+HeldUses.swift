// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who used which held key through what: by version and key, by address, by step of time and how it ended, and by
    /// the rules that were needed.
    static let heldUses: [String] = [
        """
        CREATE TABLE lend_uses (
            integration TEXT NOT NULL, version TEXT NOT NULL, key TEXT NOT NULL, calls BIGINT NOT NULL,
            errors BIGINT NOT NULL, unauthorized BIGINT NOT NULL, forbidden BIGINT NOT NULL, first_at BIGINT NOT NULL,
            last_at BIGINT NOT NULL, last_status BIGINT, PRIMARY KEY (integration, version, key))
        """,
        "CREATE INDEX lend_uses_by_version ON lend_uses (version)",
        """
        CREATE TABLE lend_addresses (
            integration TEXT NOT NULL, address TEXT NOT NULL, version TEXT NOT NULL, calls BIGINT NOT NULL,
            errors BIGINT NOT NULL, unauthorized BIGINT NOT NULL, forbidden BIGINT NOT NULL, first_at BIGINT NOT NULL,
            last_at BIGINT NOT NULL, last_status BIGINT, PRIMARY KEY (integration, address))
        """,
        "CREATE INDEX lend_addresses_by_last ON lend_addresses (last_at)",
        """
        CREATE TABLE lend_steps (
            integration TEXT NOT NULL, step BIGINT NOT NULL, at BIGINT NOT NULL, outcome TEXT NOT NULL,
            calls BIGINT NOT NULL, PRIMARY KEY (integration, step, at, outcome))
        """,
        "CREATE INDEX lend_steps_by_step ON lend_steps (step, at)",
        """
        CREATE TABLE lend_rules (
            integration TEXT NOT NULL, rule BYTEA NOT NULL, calls BIGINT NOT NULL, last_at BIGINT NOT NULL,
            PRIMARY KEY (integration, rule))
        """,
        "CREATE INDEX integrations_by_credential ON integrations (credential, id)",
    ]
}
