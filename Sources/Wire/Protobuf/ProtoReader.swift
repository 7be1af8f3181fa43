// SPDX-License-Identifier: Apache-2.0

/// A message that is not in the wire format of Protocol Buffers.
package struct ProtoFault: Error, Sendable, Equatable {
    /// The fault.
    package init() {}
}

/// Reads one message of Protocol Buffers, field by field, over bytes that somebody else holds. Allocates nothing.
///
///     var reader = ProtoReader(slice)
///     while let field = try reader.next(bytes) {
///         if field.number == 1, let text = field.slice { … }
///     }
///
/// A field nobody asks for is passed over, one of another kind than expected likewise. Groups, which no message of ours
/// has, are refused.
package struct ProtoReader: Sendable {
    /// A field with its value.
    package struct Field: Sendable, Equatable {
        package let number: Int
        /// Of a string, bytes, or a message within: where it stands.
        package let slice: Slice?
        /// Of a number: its bits.
        package let number64: UInt64?
    }

    private static let numbers = 1..<(1 << 29)
    private var position: Int
    private let end: Int

    /// Before the first field of the message at `slice`.
    package init(_ slice: Slice) {
        position = slice.start
        end = slice.end
    }

    /// The next field, or nil behind the last.
    package mutating func next(_ bytes: Span<UInt8>) throws(ProtoFault) -> Field? {
        guard position < end else { return nil }
        let key = try varint(bytes)
        let number = Int(truncatingIfNeeded: key >> 3)
        guard key <= UInt32.max, Self.numbers.contains(number) else { throw ProtoFault() }
        switch key & 7 {
        case 0: return Field(number: number, slice: nil, number64: try varint(bytes))
        case 1: return Field(number: number, slice: nil, number64: try fixed(8, bytes))
        case 2:
            let count = try varint(bytes)
            guard count <= UInt64(end - position) else { throw ProtoFault() }
            let slice = Slice(start: position, end: position + Int(count))
            position = slice.end
            return Field(number: number, slice: slice, number64: nil)
        case 5: return Field(number: number, slice: nil, number64: try fixed(4, bytes))
        default: throw ProtoFault()
        }
    }

    private mutating func fixed(_ count: Int, _ bytes: Span<UInt8>) throws(ProtoFault) -> UInt64 {
        guard count <= end - position else { throw ProtoFault() }
        var value: UInt64 = 0
        for offset in (0..<count).reversed() { value = value << 8 | UInt64(bytes[position + offset]) }
        position += count
        return value
    }

    private mutating func varint(_ bytes: Span<UInt8>) throws(ProtoFault) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { throw ProtoFault() }
            let byte = bytes[position]
            position += 1
            guard shift < 63 || byte <= 1 else { throw ProtoFault() }
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw ProtoFault()
    }
}
