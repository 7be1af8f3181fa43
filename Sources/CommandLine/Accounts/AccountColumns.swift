// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Accounts, as a list shows them.
    static let accounts = Noun(
        plural: "accounts", path: ["v1", "accounts"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("EXTERNAL ID", "external_id", mayBeCut: true),
            .derived("QUOTA LEFT", AllowancePhrase.left),
            .value("LOCKED", "locked"),
            .time("CREATED", "created_at"),
        ])
}
