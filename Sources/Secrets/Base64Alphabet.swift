// SPDX-License-Identifier: Apache-2.0

/// Base 64 without its padding, in one of the two alphabets of RFC 4648, which differ in their last two characters.
struct Base64Alphabet: Sendable {
    private let characters: [UInt8]
    private let last: (UInt8, UInt8)

    /// Section 4.
    static let standard = Base64Alphabet(UInt8(ascii: "+"), UInt8(ascii: "/"))
    /// Section 5, for URLs.
    static let url = Base64Alphabet(UInt8(ascii: "-"), UInt8(ascii: "_"))

    private init(_ first: UInt8, _ second: UInt8) {
        characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789".utf8) + [first, second]
        last = (first, second)
    }

    /// Four characters for each three bytes, and two or three for what is left.
    func text(_ bytes: [UInt8]) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var pool: UInt32 = 0
        var bits: UInt32 = 0
        for byte in bytes {
            pool = pool << 8 | UInt32(byte)
            bits += 8
            while bits >= 6 {
                bits -= 6
                text.append(characters[Int(pool >> bits & 63)])
            }
        }
        if bits > 0 { text.append(characters[Int(pool << (6 - bits) & 63)]) }
        return text
    }

    /// The bytes; nil for other characters, an impossible length, or bits that stand for nothing. So each value has
    /// one text.
    func bytes(_ text: some Sequence<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var pool: UInt32 = 0
        var bits: UInt32 = 0
        for character in text {
            guard let value = value(of: character) else { return nil }
            pool = pool << 6 | value
            bits += 6
            guard bits >= 8 else { continue }
            bits -= 8
            bytes.append(UInt8(truncatingIfNeeded: pool >> bits))
        }
        return bits < 6 && pool & ((1 << bits) - 1) == 0 ? bytes : nil
    }

    private func value(of character: UInt8) -> UInt32? {
        switch character {
        case 0x41...0x5A: UInt32(character) - 0x41
        case 0x61...0x7A: UInt32(character) - 0x61 + 26
        case 0x30...0x39: UInt32(character) - 0x30 + 52
        case last.0: 62
        case last.1: 63
        default: nil
        }
    }
}
