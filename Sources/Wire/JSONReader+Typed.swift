// SPDX-License-Identifier: Apache-2.0

/// Reading a text whose shape is known. Each call throws a fault that points at the value when it is of another kind.
///
///     try reader.beginObject(bytes)
///     while let name = try reader.nextName(bytes) {
///         if name.equals("key", in: bytes) { key = try reader.string(bytes) } else { try reader.skip(bytes) }
///     }
///     try reader.finish(bytes)
extension JSONReader {
    /// Enters an object.
    package mutating func beginObject(_ bytes: Span<UInt8>) throws(JSONFault) {
        try expect(0x7b, else: .expectedObject, bytes)
        _ = try next(bytes)
    }

    /// The name of the object's next member, whose value must be read next; nil once the object was left.
    package mutating func nextName(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONText? {
        if case .name(let name) = try next(bytes) { name } else { nil }
    }

    /// Whether the next value is an array, which stays unread.
    package mutating func isArrayNext(_ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        try peek(bytes) == 0x5b
    }

    /// Enters an array.
    package mutating func beginArray(_ bytes: Span<UInt8>) throws(JSONFault) {
        try expect(0x5b, else: .expectedArray, bytes)
        _ = try next(bytes)
    }

    /// Whether the array has another element, which must be read next; false once the array was left.
    package mutating func nextElement(_ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        let byte = try peek(bytes)
        switch (expectation, byte) {
        case (.firstElement, 0x5d), (.separator, 0x5d):
            _ = try next(bytes)
            return false
        case (.firstElement, _?):
            expectation = .value
            return true
        case (.separator, UInt8.comma):
            try separate(bytes)
            return true
        default:
            _ = try next(bytes)
            throw fault(.unexpectedByte, offset, bytes)
        }
    }

    /// A string.
    package mutating func string(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONText {
        try expect(.quote, else: .expectedString, bytes)
        guard case .string(let text) = try next(bytes) else { throw fault(.expectedString, offset, bytes) }
        return text
    }

    /// An integer that fits.
    package mutating func integer(_ bytes: Span<UInt8>) throws(JSONFault) -> Int64 {
        guard let byte = try peek(bytes), byte.isDigit || byte == 0x2d else {
            throw fault(try isAtEnd(bytes) ? .unexpectedEnd : .expectedInteger, offset, bytes)
        }
        let start = offset
        guard case .number(let number) = try next(bytes), let value = number.integer(in: bytes) else {
            throw fault(.expectedInteger, start, bytes)
        }
        return value
    }

    /// `true` or `false`.
    package mutating func bool(_ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        guard let byte = try peek(bytes), byte == 0x74 || byte == 0x66 else {
            throw fault(try isAtEnd(bytes) ? .unexpectedEnd : .expectedBool, offset, bytes)
        }
        guard case .bool(let value) = try next(bytes) else { throw fault(.expectedBool, offset, bytes) }
        return value
    }

    /// Reads the value if it is `null`; otherwise it stays unread.
    package mutating func null(_ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        guard try peek(bytes) == 0x6e else { return false }
        _ = try next(bytes)
        return true
    }

    /// Reads past one value of any kind, checking it like any other.
    package mutating func skip(_ bytes: Span<UInt8>) throws(JSONFault) {
        let outside = depth
        repeat { _ = try next(bytes) } while depth > outside
    }

    /// Checks that nothing follows.
    package mutating func finish(_ bytes: Span<UInt8>) throws(JSONFault) {
        guard try next(bytes) == .end else { throw fault(.unexpectedByte, offset, bytes) }
    }

    private mutating func expect(
        _ first: UInt8, else code: JSONFault.Code, _ bytes: Span<UInt8>
    ) throws(JSONFault) {
        guard try peek(bytes) != first else { return }
        throw fault(try isAtEnd(bytes) ? .unexpectedEnd : code, offset, bytes)
    }

    private mutating func isAtEnd(_ bytes: Span<UInt8>) throws(JSONFault) -> Bool {
        try peek(bytes) == nil
    }
}
