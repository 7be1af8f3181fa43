// SPDX-License-Identifier: Apache-2.0

/// A member in one call; an absent value is written as `null`.
extension JSONWriter {
    /// A member with a string.
    package mutating func member(_ name: String, _ value: String?) {
        key(name)
        if let value { string(value) } else { null() }
    }

    /// A member with an integer.
    package mutating func member(_ name: String, _ value: (some BinaryInteger)?) {
        key(name)
        if let value { integer(value) } else { null() }
    }

    /// A member with `true` or `false`.
    package mutating func member(_ name: String, _ value: Bool?) {
        key(name)
        if let value { bool(value) } else { null() }
    }

    /// A member with a tree.
    package mutating func member(_ name: String, _ value: JSON) {
        key(name)
        self.value(value)
    }

    /// A member with an array of strings.
    package mutating func member(_ name: String, _ values: some Sequence<String>) {
        key(name)
        array { for value in values { $0.string(value) } }
    }

    /// A tree.
    package mutating func value(_ json: JSON) {
        switch json {
        case .null: null()
        case .bool(let value): bool(value)
        case .integer(let value): integer(value)
        case .number(_, let text): raw(text.utf8)
        case .string(let text): string(text)
        case .array(let elements): array { for element in elements { $0.value(element) } }
        case .object(let members): object { for member in members { $0.member(member.name, member.value) } }
        }
    }
}

extension JSON {
    /// The value in its shortest form.
    package var text: String { written(pretty: false) }

    /// The value with one member or element a line, indented by two spaces.
    package var prettyText: String { written(pretty: true) }

    private func written(pretty: Bool) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.value(self)
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
