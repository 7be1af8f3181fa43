// SPDX-License-Identifier: Apache-2.0

extension Schema {
    /// What a held key and an integration say of themselves beyond the first step.
    static let heldKeys: [String] = [
        "ALTER TABLE credentials ADD COLUMN settings TEXT NOT NULL DEFAULT '{}'",
        "ALTER TABLE credentials ADD COLUMN deleted_at BIGINT",
        "ALTER TABLE credentials ADD COLUMN recoverable_until BIGINT",
        "ALTER TABLE credential_versions ADD COLUMN parts TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE credential_versions ADD COLUMN expires_at BIGINT",
        "ALTER TABLE integrations ADD COLUMN limits TEXT",
        "ALTER TABLE integrations ADD COLUMN quota TEXT",
        "ALTER TABLE integrations ADD COLUMN reveals BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE integrations ADD COLUMN care TEXT NOT NULL DEFAULT '{}'",
    ]
}
