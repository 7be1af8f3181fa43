// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Events, as a list shows them.
    static let events = Noun(
        plural: "events", path: ["v1", "events"],
        columns: [
            .value("SEQUENCE", "sequence"),
            .time("AT", "at"),
            .value("ACTION", "action"),
            .value("OUTCOME", "outcome"),
            .value("CALLER", "caller"),
            .value("SUBJECT", "subject"),
            .value("ADDRESS", "address"),
            .value("DETAILS", "details", mayBeCut: true),
        ])
}
