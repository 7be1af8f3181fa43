// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Keys, as a list shows them.
    static let keys = Noun(
        plural: "keys", path: ["v1", "keys"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("KEYSPACE", "keyspace", mayBeCut: true),
            .value("OWNER", "owner", "id"),
            .value("HINT", "hint"),
            .value("SCOPES", "scopes", mayBeCut: true),
            .value("LIMITS", "limits", mayBeCut: true),
            .derived("QUOTA LEFT", AllowancePhrase.left),
            .value("STATE", "state"),
            .time("EXPIRES", "expires_at"),
            .time("LAST USED", "last_used_at"),
        ])
}
