// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Noun {
    /// Credentials, as a list shows them.
    static let credentials = Noun(
        plural: "credentials", path: ["v1", "credentials"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("PROVIDER", "provider", mayBeCut: true),
            .value("ACCOUNT", "account"),
            .derived("CURRENT VERSION") { credential in
                let current = credential["versions"]?.asArray?.first { $0["state"] == "current" }
                return JSONPhrase.phrase(current?["number"] ?? .null)
            },
            .time("CREATED", "created_at"),
        ])
}
