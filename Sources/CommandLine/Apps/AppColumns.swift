// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Apps, as a list shows them.
    static let apps = Noun(
        plural: "apps", path: ["v1", "apps"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("ACCOUNT", "account"),
            .value("EXTERNAL ID", "external_id", mayBeCut: true),
            .derived("QUOTA LEFT", AllowancePhrase.left),
            .value("LOCKED", "locked"),
            .time("CREATED", "created_at"),
        ])
}
