// SPDX-License-Identifier: Apache-2.0

/// Bytes as hexadecimal digits, lower case out, either case in.
package enum Hexadecimal {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits a byte.
    package static func text(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 2)
        for byte in bytes { append(byte, to: &text) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil for an odd count or a character that is no digit.
    package static func bytes(_ text: String) -> [UInt8]? { bytes(digits: Array(text.utf8)) }

    /// The bytes, or nil for an odd count or a character that is no digit.
    package static func bytes(digits text: [UInt8]) -> [UInt8]? {
        guard text.count % 2 == 0 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.count / 2)
        for position in stride(from: 0, to: text.count, by: 2) {
            guard let high = value(of: text[position]), let low = value(of: text[position + 1]) else {
                Secret.wipe(&bytes)
                return nil
            }
            bytes.append(high << 4 | low)
        }
        return bytes
    }

    /// Adds the two digits of a byte.
    static func append(_ byte: UInt8, to text: inout [UInt8]) {
        text.append(digits[Int(byte >> 4)])
        text.append(digits[Int(byte & 15)])
    }

    /// What a digit of either case stands for; nil for any other byte.
    @inlinable
    package static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
