// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who saw a value, and which deleted values are to be destroyed.
    static let exposures: [String] = [
        """
        CREATE TABLE exposures (
            id TEXT PRIMARY KEY, kind TEXT NOT NULL, credential TEXT NOT NULL, version BIGINT NOT NULL,
            account TEXT NOT NULL, caller TEXT NOT NULL, user_id TEXT, app TEXT, reason TEXT, at BIGINT NOT NULL)
        """,
        "CREATE INDEX exposures_by_credential ON exposures (credential, id)",
        "CREATE INDEX exposures_by_user ON exposures (user_id, id) WHERE user_id IS NOT NULL",
        "CREATE INDEX exposures_by_account ON exposures (account, id)",
        """
        CREATE INDEX credentials_to_destroy ON credentials (recoverable_until) WHERE recoverable_until IS NOT NULL
        """,
    ]
}
