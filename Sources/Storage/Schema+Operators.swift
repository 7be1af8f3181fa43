// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who signs in.
    static let operators: [String] = [
        """
        CREATE TABLE operators (
            user_id TEXT PRIMARY KEY, role TEXT NOT NULL, accounts TEXT NOT NULL, key TEXT NOT NULL,
            created_at BIGINT NOT NULL, removed_at BIGINT)
        """
    ]
}
