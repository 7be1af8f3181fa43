// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// Who is told of events, and what is still to be told. A message that was taken at once has no row.
    static let webhooks: [String] = [
        """
        CREATE TABLE webhooks (
            id TEXT PRIMARY KEY, account TEXT, name TEXT NOT NULL, url TEXT NOT NULL, certificate_authority TEXT,
            types TEXT NOT NULL, signing TEXT NOT NULL, state TEXT NOT NULL, ending TEXT, disabled_at BIGINT,
            failing_since BIGINT, position BIGINT NOT NULL,
            created_at BIGINT NOT NULL, updated_at BIGINT NOT NULL, revision BIGINT NOT NULL)
        """,
        "CREATE INDEX webhooks_by_account ON webhooks (account, id)",
        """
        CREATE TABLE webhook_secrets (
            webhook TEXT NOT NULL, number BIGINT NOT NULL, box BYTEA NOT NULL, public_key BYTEA,
            created_at BIGINT NOT NULL, ends_at BIGINT, PRIMARY KEY (webhook, number))
        """,
        """
        CREATE TABLE webhook_deliveries (
            webhook TEXT NOT NULL, sequence BIGINT NOT NULL, event TEXT NOT NULL, type TEXT NOT NULL, state TEXT NOT NULL,
            attempts BIGINT NOT NULL, first_at BIGINT NOT NULL, last_at BIGINT NOT NULL, next_at BIGINT, status BIGINT,
            reason TEXT, PRIMARY KEY (webhook, sequence))
        """,
        "CREATE INDEX webhook_deliveries_by_due ON webhook_deliveries (webhook, next_at) WHERE next_at IS NOT NULL",
    ]
}
