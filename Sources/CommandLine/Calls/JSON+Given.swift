// SPDX-License-Identifier: Apache-2.0
internal import Wire

extension JSON {
    /// An object of those members that have a value.
    static func given(_ members: KeyValuePairs<String, JSON?>) -> JSON {
        .object(members.compactMap { name, value in value.map { Member(name: name, value: $0) } })
    }

    /// An array of the elements' texts.
    static func texts(_ elements: some Sequence<some CustomStringConvertible>) -> JSON {
        .array(elements.map { .string($0.description) })
    }
}

extension Array {
    /// These elements as JSON, or nothing if there are none.
    func unlessEmpty(_ json: (Self) -> JSON) -> JSON? { isEmpty ? nil : json(self) }
}
