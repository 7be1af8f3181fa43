// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// A kind of thing that the API lists: where, and which of its members a list shows.
struct Noun: Sendable {
    /// As a person calls several of them.
    let plural: String
    /// The collection's path.
    let path: [String]
    let columns: [Column]

    /// The items as a table.
    func table(_ items: [JSON]) -> Table {
        Table(headings: columns.map(\.heading), rows: items.map { item in columns.map { $0.text(item) } })
    }
}
