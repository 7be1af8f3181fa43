// SPDX-License-Identifier: Apache-2.0

import Secrets

/// The writings of a value that are looked for.
enum EchoWritings {
    /// A value shorter than this is not looked for: it would be found where it is not.
    static let shortest = 6
    /// Longer values are looked for piece by piece.
    static let longestPiece = 2048

    /// The value as it is (escaped or not), in hexadecimal, with every character escaped, and in base 64 at each of the
    /// three places at which it can lie among other bytes: what does not depend on the neighbours.
    static func patterns(of value: [UInt8]) -> [EchoPattern] {
        var patterns = [
            EchoPattern(value, .text), EchoPattern(hexadecimal(value, after: []), .folded(.hexadecimal)),
            EchoPattern(hexadecimal(value, after: [0x25]), .folded(.percent)),
            EchoPattern(hexadecimal(value, after: Array("\\u00".utf8)), .folded(.json)),
        ]
        for shift in 0..<3 { patterns.append(EchoPattern(base64(value, after: shift), .base64)) }
        return patterns
    }

    /// Each byte as two digits, with `mark` before them.
    private static func hexadecimal(_ value: [UInt8], after mark: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(value.count * (mark.count + 2))
        for byte in value {
            text += mark
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return text
    }

    /// The characters that lie whole within the value's bits when so many bytes stand before it.
    private static func base64(_ value: [UInt8], after shift: Int) -> [UInt8] {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(value.count * 8 / 6 + 1)
        var bit = [0, 4, 2][shift]
        while bit + 6 <= value.count * 8 {
            let pair = UInt16(value[bit / 8]) << 8 | (bit / 8 + 1 < value.count ? UInt16(value[bit / 8 + 1]) : 0)
            text.append(alphabet[Int(pair >> UInt16(10 - bit % 8) & 63)])
            bit += 6
        }
        return text
    }
}
