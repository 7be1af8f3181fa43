// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension Noun {
    /// Offboardings, as a list shows them.
    static let offboardings = Noun(
        plural: "offboardings", path: ["v1", "offboardings"],
        columns: [
            .value("ID", "id"),
            .derived("OF") { JSONPhrase.phrase($0["subject"]?["name"] ?? .null) },
            .value("STATE", "state"),
            .derived("DONE") { offboarding in
                let progress = offboarding["progress"]
                return "\(progress?["done"]?.asInteger ?? 0)/\(progress?["total"]?.asInteger ?? 0)"
            },
            .time("DEADLINE", "deadline"),
        ])

    /// Items of one, as a list shows them.
    static func items(of offboarding: String) -> Noun {
        Noun(
            plural: "items", path: ["v1", "offboardings", offboarding, "items"],
            columns: [
                .value("#", "number"), .value("KIND", "kind"), .value("NAME", "name", mayBeCut: true),
                .value("ACTION", "action"), .value("STATE", "state"),
                .derived("WAITS FOR") { item in
                    let words = [item["waits_for"], item["task"], item["fault"]].compactMap { $0?.asString }
                    return words.isEmpty ? "-" : words.joined(separator: ", ")
                },
                .derived("LATE") { $0["is_late"] == true ? "late" : "-" },
                .value("ID", "id"),
            ])
    }
}
