// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Noun {
    /// Rotations of held keys, as a list shows them.
    static let rotations = Noun(
        plural: "rotations", path: ["v1", "rotations"],
        columns: [
            .value("ID", "id"),
            .value("CREDENTIAL", "credential_name", mayBeCut: true),
            .value("PROVIDER", "provider", mayBeCut: true),
            .value("KIND", "kind"),
            .value("STAGE", "stage"),
            .derived("WAITS FOR") { rotation in
                rotation["task"]?["do"].map(JSONPhrase.phrase) ?? rotation["fault"].map(JSONPhrase.phrase) ?? "-"
            },
            .time("DUE", "due_at"),
        ])

    /// What holds rotations up.
    static let freezes = Noun(
        plural: "freezes", path: ["v1", "rotation-freezes"],
        columns: [
            .value("SUBJECT", "subject"), .value("REASON", "reason", mayBeCut: true), .value("BY", "by"),
            .time("UNTIL", "until"),
        ])
}
