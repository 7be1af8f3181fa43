// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Users, as a list shows them.
    static let users = Noun(
        plural: "users", path: ["v1", "users"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("EMAIL", "email", mayBeCut: true),
            .value("ACCOUNT", "account"),
            .value("EXTERNAL ID", "external_id", mayBeCut: true),
            .derived("QUOTA LEFT", AllowancePhrase.left),
            .value("LOCKED", "locked"),
            .time("CREATED", "created_at"),
        ])
}
