// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// How many bytes a number takes as a varint.
@inline(__always)
func varintCount(_ number: Int) -> Int {
    var (rest, count) = (number >> 7, 1)
    while rest > 0 { (rest, count) = (rest >> 7, count + 1) }
    return count
}

extension Pen {
    /// A number, not negative, as a varint.
    @inline(__always)
    mutating func write(varint number: Int) {
        var rest = number
        while rest >= 0x80 {
            write(byte: UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        write(byte: UInt8(truncatingIfNeeded: rest))
    }
}

/// Messages of Protocol Buffers in their wire format, written in one go: lengths are known before.
extension ByteBuffer {
    /// A field's number, up to 15, and kind: 0 for a number, 2 for what has a length.
    mutating func writeTag(_ number: Int, kind: Int) { writeInteger(UInt8(number << 3 | kind)) }

    /// A number, not negative, as a varint.
    mutating func writeVarint(_ number: Int) { writePiece(atMost: 10) { $0.write(varint: number) } }

    /// A text field.
    mutating func writeText(_ text: StaticString, field: Int) {
        writeTag(field, kind: 2)
        writeVarint(text.utf8CodeUnitCount)
        writeStaticString(text)
    }

    /// `HeaderValueOption` with a value of `count` bytes. It overwrites: `append_action` 2, and also `append` left out
    /// for those who know only that. An empty value is kept, so that nothing else can stand in its place.
    @inline(__always)
    mutating func writeOption(_ name: StaticString, field: Int, count: Int, _ value: (inout Pen) -> Void) {
        let nameCount = name.utf8CodeUnitCount
        writePiece(atMost: 48 + nameCount + count) { pen in
            Self.writeOptionHead(field, nameCount, count, &pen)
            pen.write(name)
            Self.writeOptionValue(count, &pen)
            value(&pen)
            Self.writeOptionEnd(&pen)
        }
    }

    /// Each of the lines `Name: value` as a `HeaderValueOption`, the name in lower case.
    mutating func writeOptions(of lines: ByteBuffer, field: Int) {
        let text = lines.readableBytesUInt8Span
        var start = 0
        while start < text.count {
            let rest = Slice(start: start, end: text.count)
            guard let end = text.firstIndex(of: 0x0D, in: rest), let colon = text.firstIndex(of: 0x3A, in: rest) else {
                return
            }
            let (nameCount, value) = (colon - start, Slice(start: colon + 2, end: end))
            writePiece(atMost: 48 + nameCount + value.count) { pen in
                Self.writeOptionHead(field, nameCount, value.count, &pen)
                for position in start..<colon { pen.write(byte: text[position].lowercased) }
                Self.writeOptionValue(value.count, &pen)
                for position in value.start..<value.end { pen.write(byte: text[position]) }
                Self.writeOptionEnd(&pen)
            }
            start = end + 2
        }
    }

    /// Up to the name: the option, `header` (1) in it, `key` (1) in that.
    @inline(__always)
    private static func writeOptionHead(_ field: Int, _ nameCount: Int, _ count: Int, _ pen: inout Pen) {
        let header = 1 + varintCount(nameCount) + nameCount + 1 + varintCount(count) + count
        pen.write(byte: UInt8(field << 3 | 2))
        pen.write(varint: 1 + varintCount(header) + header + 4)
        pen.write(byte: 0x0A)
        pen.write(varint: header)
        pen.write(byte: 0x0A)
        pen.write(varint: nameCount)
    }

    @inline(__always)
    private static func writeOptionValue(_ count: Int, _ pen: inout Pen) {
        pen.write(byte: 0x12)
        pen.write(varint: count)
    }

    /// `append_action` (3) OVERWRITE_IF_EXISTS_OR_ADD, `keep_empty_value` (4) true.
    @inline(__always)
    private static func writeOptionEnd(_ pen: inout Pen) {
        pen.write(byte: 0x18)
        pen.write(byte: 0x02)
        pen.write(byte: 0x20)
        pen.write(byte: 0x01)
    }
}
