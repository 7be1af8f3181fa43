// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Noun {
    /// Invitations to hand in a key, as a list shows them.
    static let deposits = Noun(
        plural: "invitations", path: ["v1", "deposits"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("PROVIDER", "provider", mayBeCut: true),
            .value("ACCOUNT", "account"),
            .derived("STATE") { deposit in
                let isOver = deposit["state"] == "open" && deposit["expired"] == true
                return isOver ? "expired" : JSONPhrase.phrase(deposit["state"] ?? .null)
            },
            .time("EXPIRES", "expires_at"),
        ])
}
