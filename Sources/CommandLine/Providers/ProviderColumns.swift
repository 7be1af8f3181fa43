// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Providers, as a list shows them.
    static let providers = Noun(
        plural: "providers", path: ["v1", "providers"],
        columns: [
            .value("NAME", "name"),
            .value("TITLE", "title", mayBeCut: true),
            .value("ORIGINS", "origins", mayBeCut: true),
            .value("KEY GOES IN", "credential", "in"),
            .time("CHANGED", "updated_at"),
        ])
}
