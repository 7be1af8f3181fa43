// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Column {
    /// What is shown of every integration's uses.
    static let heldUses: [Column] = [
        .value("INTEGRATION", "name", mayBeCut: true), .value("STATE", "state"), .value("CALLS", "calls"),
        .value("ERRORS", "errors"),
        .derived("401/403") { use in
            String((use["unauthorized"]?.asInteger ?? 0) + (use["forbidden"]?.asInteger ?? 0))
        },
        .time("FIRST USE", "first_used_at"),
        .time("LAST USE", "last_used_at"), .value("STATUS", "last_status"),
        .derived("CURRENT VERSION") { use in
            switch use["on_current_version"]?.asBool {
            case true?: "yes"
            case false?: "no"
            case nil: "-"
            }
        },
        .derived("FROM", mayBeCut: true) { use in
            let places = use["addresses"]?.asArray ?? []
            let shown = places.prefix(3).map { $0["address"]?.asString ?? "others" }.joined(separator: " ")
            return PlainText.line(places.count > 3 ? "\(shown) and \(places.count - 3) more" : shown)
        },
    ]
}
