// SPDX-License-Identifier: Apache-2.0

extension JSON {
    /// Reads a whole text; strict as `JSONReader` is, and numbers beyond the largest Double are refused.
    package static func parse(_ bytes: Span<UInt8>) throws(JSONFault) -> JSON {
        var reader = JSONReader()
        let value = try reader.tree(bytes)
        try reader.finish(bytes)
        return value
    }

    /// Reads a whole text.
    package static func parse(_ bytes: [UInt8]) throws(JSONFault) -> JSON {
        try parse(bytes.span)
    }

    /// Reads a whole text.
    package static func parse(_ text: String) throws(JSONFault) -> JSON {
        try parse(Array(text.utf8))
    }
}

extension JSONReader {
    /// The next value, whole: a member's or element's value where the rest of the text is read piece by piece.
    package mutating func tree(_ bytes: Span<UInt8>) throws(JSONFault) -> JSON {
        switch try next(bytes) {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .string(let text): return .string(text.string(in: bytes))
        case .number(let number): return try tree(of: number, bytes)
        case .arrayStart: return try restOfArray(bytes)
        case .objectStart: return try restOfObject(bytes)
        case .name, .objectEnd, .arrayEnd, .end: throw fault(.unexpectedByte, offset, bytes)
        }
    }

    private func tree(of number: JSONNumber, _ bytes: Span<UInt8>) throws(JSONFault) -> JSON {
        if let value = number.integer(in: bytes) { return .integer(value) }
        guard let value = number.double(in: bytes) else {
            throw fault(.numberOutOfRange, number.slice.start, bytes)
        }
        return .number(value, text: bytes.text(number.slice))
    }

    private mutating func restOfArray(_ bytes: Span<UInt8>) throws(JSONFault) -> JSON {
        var elements: [JSON] = []
        while try nextElement(bytes) { elements.append(try tree(bytes)) }
        return .array(elements)
    }

    private mutating func restOfObject(_ bytes: Span<UInt8>) throws(JSONFault) -> JSON {
        var members: [JSON.Member] = []
        while let name = try nextName(bytes) {
            members.append(JSON.Member(name: name.string(in: bytes), value: try tree(bytes)))
        }
        return .object(members)
    }
}
