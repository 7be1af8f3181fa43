// SPDX-License-Identifier: Apache-2.0

/// Base 62 with the alphabet `0-9A-Za-z`, most significant digit first.
enum Base62 {
    static let alphabet: [UInt8] = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// The digit's value, or nil for a byte outside the alphabet.
    @inline(__always)
    static func value(of digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x5A: digit - 0x41 + 10
        case 0x61...0x7A: digit - 0x61 + 36
        default: nil
        }
    }

    /// Six digits, left-padded with `0`: enough for any 32-bit value.
    static func sixDigits(of value: UInt32) -> [UInt8] {
        var digits = [UInt8](repeating: 0x30, count: 6)
        var rest = value
        for position in stride(from: 5, through: 0, by: -1) {
            digits[position] = alphabet[Int(rest % 62)]
            rest /= 62
        }
        return digits
    }
}
