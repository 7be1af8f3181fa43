// SPDX-License-Identifier: Apache-2.0

extension Noun {
    /// Webhooks, as a list shows them.
    static let webhooks = Noun(
        plural: "webhooks", path: ["v1", "webhooks"],
        columns: [
            .value("ID", "id"),
            .value("NAME", "name", mayBeCut: true),
            .value("STATE", "state"),
            .value("ACCOUNT", "account"),
            .value("TYPES", "types", mayBeCut: true),
            .value("URL", "url", mayBeCut: true),
            .time("FAILING SINCE", "failing_since"),
        ])

    /// Messages that were not taken, as a list shows them.
    static let deliveries = Noun(
        plural: "deliveries", path: ["v1", "webhooks"],
        columns: [
            .value("SEQUENCE", "sequence"),
            .value("EVENT", "event"),
            .value("TYPE", "type"),
            .value("STATE", "state"),
            .value("ATTEMPTS", "attempts"),
            .value("STATUS", "status"),
            .value("REASON", "reason"),
            .time("NEXT", "next_at"),
        ])
}
