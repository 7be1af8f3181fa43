// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Sign-in rules, as a list shows them.
    static let signInRules = Noun(
        plural: "sign-in rules", path: ["v1", "sign-in-rules"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("KEY", "key"),
            .value("ISSUER", "issuer", mayBeCut: true),
            .value("CLAIMS", "claims", mayBeCut: true),
            .value("LIFETIME", "lifetime"),
            .value("STATE", "state"),
        ])
}
