// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Keyspaces, as a list shows them.
    static let keyspaces = Noun(
        plural: "keyspaces", path: ["v1", "keyspaces"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("PREFIX", "prefix"),
            .value("ENVIRONMENT", "environment"),
            .value("MAX LIFETIME", "max_lifetime"),
            .value("DEFAULT LIMITS", "default_limits", mayBeCut: true),
            .value("ROTATE EVERY", "rotate_every"),
            .time("CREATED", "created_at"),
        ])
}
