// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Data keys, several an account, each with the count of what it sealed. Those there were are taken to have sealed
    /// a million values: more than they can have, and far from what they may.
    static let heldVault: [String] = [
        "ALTER TABLE data_keys RENAME TO first_data_keys",
        """
        CREATE TABLE data_keys (
            account TEXT NOT NULL, number BIGINT NOT NULL, box BYTEA NOT NULL, seals BIGINT NOT NULL,
            created_at BIGINT NOT NULL, erased_at BIGINT, PRIMARY KEY (account, number))
        """,
        """
        INSERT INTO data_keys (account, number, box, seals, created_at)
        SELECT account, 0, box, 1000000, created_at FROM first_data_keys
        """,
        "DROP TABLE first_data_keys",
    ]
}
