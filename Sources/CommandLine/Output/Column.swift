// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A column of a list: what stands above it and how an item is shown in it.
struct Column: Sendable {
    let heading: Table.Heading
    let text: @Sendable (JSON) -> String

    /// The value at a path of member names.
    static func value(_ title: String, _ path: String..., mayBeCut: Bool = false) -> Column {
        Column(heading: Table.Heading(title: title, mayBeCut: mayBeCut)) { item in
            JSONPhrase.phrase(path.reduce(item) { $0[$1] ?? .null })
        }
    }

    /// A time, to the second, always UTC: `2026-01-31 09:00:00Z`.
    static func time(_ title: String, _ name: String) -> Column {
        Column(heading: Table.Heading(title: title, mayBeCut: false)) { item in
            let text = JSONPhrase.phrase(item[name] ?? .null)
            guard text.utf8.count == 24, text.hasSuffix("Z") else { return text }
            return text.prefix(10) + " " + text.dropFirst(11).prefix(8) + "Z"
        }
    }

    /// Something worked out from the whole item.
    static func derived(_ title: String, mayBeCut: Bool = false, _ text: @escaping @Sendable (JSON) -> String) -> Column
    {
        Column(heading: Table.Heading(title: title, mayBeCut: mayBeCut), text: text)
    }
}
