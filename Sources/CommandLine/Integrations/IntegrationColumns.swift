// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Integrations, as a list shows them.
    static let integrations = Noun(
        plural: "integrations", path: ["v1", "integrations"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("APP", "app"),
            .value("CREDENTIAL", "credential"),
            .value("ALLOW", "allow", mayBeCut: true),
            .value("STATE", "state"),
            .time("EXPIRES", "expires_at"),
        ])
}
