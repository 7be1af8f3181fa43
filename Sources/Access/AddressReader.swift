// SPDX-License-Identifier: Apache-2.0

/// Reads the text of one address. Strict: what is not exactly an address is nothing.
///
/// The bytes are passed to each step, not kept: a `Span` cannot be stored without lifetime annotations.
struct AddressReader {
    private var index = 0

    /// The whole text, as the 128 bits of `IPAddress`.
    static func bits(of bytes: Span<UInt8>) -> UInt128? {
        var reader = AddressReader()
        for index in bytes.indices where bytes[index] == UInt8(ascii: ":") {
            return reader.groups(bytes)
        }
        return reader.dottedQuad(bytes).map { 0xffff << 32 | UInt128($0) }
    }

    /// Four decimal numbers from here to the end of the text.
    private mutating func dottedQuad(_ bytes: Span<UInt8>) -> UInt32? {
        var value: UInt32 = 0
        for place in 0..<4 {
            if place > 0, !skip(".", in: bytes) { return nil }
            guard let octet = decimalOctet(bytes) else { return nil }
            value = value << 8 | octet
        }
        return index == bytes.count ? value : nil
    }

    /// One to three digits without a leading zero, at most 255.
    private mutating func decimalOctet(_ bytes: Span<UInt8>) -> UInt32? {
        let start = index
        var value: UInt32 = 0
        while index < bytes.count, index - start < 4, case let digit = bytes[index] &- UInt8(ascii: "0"), digit < 10 {
            value = value * 10 + UInt32(digit)
            index += 1
        }
        let digits = index - start
        guard (1...3).contains(digits), value < 256, digits == 1 || bytes[start] != UInt8(ascii: "0") else {
            return nil
        }
        return value
    }

    /// RFC 4291 section 2.2: eight groups, or fewer with one `::`, the last two perhaps as a dotted quad.
    private mutating func groups(_ bytes: Span<UInt8>) -> UInt128? {
        var value: UInt128 = 0
        var count = 0
        var gap: Int?
        if skip(":", in: bytes) {
            guard skip(":", in: bytes) else { return nil }
            gap = 0
        }
        while index < bytes.count {
            if count > 0, gap != count {
                guard skip(":", in: bytes) else { return nil }
                if skip(":", in: bytes) {
                    guard gap == nil else { return nil }
                    gap = count
                    continue
                }
            }
            guard count < 8, let (bits, groups) = groupOrQuad(bytes) else { return nil }
            value = value << UInt128(16 * groups) | bits
            count += groups
        }
        return AddressReader.filled(value, count: count, gap: gap)
    }

    /// The next one to four hexadecimal digits, or the dotted quad that ends the text.
    private mutating func groupOrQuad(_ bytes: Span<UInt8>) -> (bits: UInt128, groups: Int)? {
        let start = index
        var value: UInt128 = 0
        while index < bytes.count, index - start < 4, let digit = AddressReader.hexDigit(bytes[index]) {
            value = value << 4 | UInt128(digit)
            index += 1
        }
        guard index > start else { return nil }
        guard index < bytes.count, bytes[index] == UInt8(ascii: ".") else { return (value, 1) }
        index = start
        return dottedQuad(bytes).map { (UInt128($0), 2) }
    }

    /// Puts zeros in the place of `::`, which stands for at least one group.
    private static func filled(_ value: UInt128, count: Int, gap: Int?) -> UInt128? {
        guard let gap else { return count == 8 ? value : nil }
        guard count < 8 else { return nil }
        let tailBits = UInt128(16 * (count - gap))
        let tail = value & ((1 << tailBits) - 1)
        let head = count == 0 ? 0 : value >> tailBits
        return gap == 0 ? tail : head << UInt128(16 * (8 - gap)) | tail
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte &- UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte &- UInt8(ascii: "a") &+ 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte &- UInt8(ascii: "A") &+ 10
        default: nil
        }
    }

    private mutating func skip(_ character: Unicode.Scalar, in bytes: Span<UInt8>) -> Bool {
        guard index < bytes.count, bytes[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }
}
