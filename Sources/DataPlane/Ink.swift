// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import NIOCore
internal import Wire

/// Writing answers piece by piece into one buffer.
extension ByteBuffer {
    /// `key_` and the like, and 26 digits.
    @inline(__always)
    mutating func writeIdentifier(_ prefix: StaticString, high: UInt64, low: UInt64) {
        writeStaticString(prefix)
        unsafe writeWithUnsafeMutableBytes(minimumWritableBytes: IdentifierText.digitCount) { raw in
            for position in 0..<IdentifierText.digitCount {
                unsafe raw[position] = IdentifierText.digit(position, high: high, low: low)
            }
            return IdentifierText.digitCount
        }
    }

    /// An owner's identifier.
    @inline(__always)
    mutating func writeOwner(_ owner: OwnerID) {
        let bits = owner.bits
        switch owner {
        case .account: writeIdentifier("acc_", high: bits.high, low: bits.low)
        case .app: writeIdentifier("app_", high: bits.high, low: bits.low)
        case .user: writeIdentifier("usr_", high: bits.high, low: bits.low)
        }
    }

    /// A number in decimal digits.
    mutating func writeDecimal(_ number: Int) {
        if number < 10 {
            writeInteger(UInt8(0x30 + number))
        } else {
            writeDecimal(number / 10)
            writeInteger(UInt8(0x30 + number % 10))
        }
    }

    /// A JSON string, quotes included.
    mutating func writeQuoted(_ text: Span<UInt8>) {
        writeInteger(UInt8(ascii: "\""))
        var isPlain = true
        for position in text.indices where text[position] < 0x20 || text[position] == 0x22 || text[position] == 0x5C {
            isPlain = false
        }
        if isPlain {
            unsafe writeBytes(text.bytes)
        } else {
            escapeJSON(text) { writeInteger($0) }
        }
        writeInteger(UInt8(ascii: "\""))
    }

    /// A JSON string, quotes included.
    mutating func writeQuoted(_ text: String) {
        writeInteger(UInt8(ascii: "\""))
        for byte in text.utf8 { escapeJSON(byte) { writeInteger($0) } }
        writeInteger(UInt8(ascii: "\""))
    }

    /// A moment as a JSON string, or `null` for none.
    mutating func writeMoment(_ moment: Instant) {
        guard moment != .distantFuture else {
            writeStaticString("null")
            return
        }
        writeStaticString("\"")
        writeString(moment.description)
        writeStaticString("\"")
    }

    /// The scopes `a:b c:d` as a JSON array. Scopes need no escaping.
    mutating func writeScopes(_ text: [UInt8]) {
        guard !text.isEmpty else {
            writeStaticString("[]")
            return
        }
        writeStaticString("[\"")
        let bytes = unsafe text.span.bytes
        var start = 0
        for position in 0..<text.count where text[position] == 0x20 {
            writeBytes(bytes.extracting(start..<position))
            writeStaticString("\",\"")
            start = position + 1
        }
        writeBytes(bytes.extracting(start..<text.count))
        writeStaticString("\"]")
    }
}
