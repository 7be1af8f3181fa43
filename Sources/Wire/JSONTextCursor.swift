// SPDX-License-Identifier: Apache-2.0

/// Walks a checked string byte by byte with escapes resolved to UTF-8, keeping at most one scalar.
struct JSONTextCursor {
    private var index: Int
    private let end: Int
    /// UTF-8 bytes of the last escape that are still to be given, first in the lowest byte.
    private var pending: UInt32 = 0
    private var pendingCount = 0

    init(_ text: JSONText) {
        index = text.slice.start
        end = text.slice.end
    }

    mutating func next(in bytes: Span<UInt8>) -> UInt8? {
        if pendingCount > 0 { return nextPending() }
        guard index < end else { return nil }
        let byte = bytes[index]
        guard byte == UInt8.backslash else {
            index += 1
            return byte
        }
        index += 2
        switch bytes[index - 1] {
        case 0x62: return 0x08
        case 0x66: return 0x0c
        case 0x6e: return 0x0a
        case 0x72: return 0x0d
        case 0x74: return 0x09
        case 0x75:
            keep(scalar(in: bytes))
            return nextPending()
        case let itself: return itself
        }
    }

    private mutating func nextPending() -> UInt8 {
        let byte = UInt8(truncatingIfNeeded: pending)
        pending >>= 8
        pendingCount -= 1
        return byte
    }

    /// Reads the digits behind `\u`, and a second escape where the first is a high surrogate.
    private mutating func scalar(in bytes: Span<UInt8>) -> UInt32 {
        let first = UInt32(bytes.fourHexDigits(at: index) ?? 0)
        index += 4
        guard first & 0xfc00 == 0xd800 else { return first }
        let second = UInt32(bytes.fourHexDigits(at: index + 2) ?? 0)
        index += 6
        return 0x1_0000 + ((first & 0x3ff) << 10 | second & 0x3ff)
    }

    private mutating func keep(_ scalar: UInt32) {
        switch scalar {
        case ..<0x80: keep(scalar, count: 1)
        case ..<0x800: keep(0xc0 | scalar >> 6 | tail(scalar, 0) << 8, count: 2)
        case ..<0x1_0000: keep(0xe0 | scalar >> 12 | tail(scalar, 6) << 8 | tail(scalar, 0) << 16, count: 3)
        default:
            let low = tail(scalar, 6) << 16 | tail(scalar, 0) << 24
            keep(0xf0 | scalar >> 18 | tail(scalar, 12) << 8 | low, count: 4)
        }
    }

    private mutating func keep(_ bytes: UInt32, count: Int) {
        pending = bytes
        pendingCount = count
    }

    private func tail(_ scalar: UInt32, _ shift: UInt32) -> UInt32 {
        0x80 | (scalar >> shift) & 0x3f
    }
}

extension UInt8 {
    static let quote: UInt8 = 0x22
    static let backslash: UInt8 = 0x5c
}

extension Span where Element == UInt8 {
    /// The UTF-16 unit that four hexadecimal digits spell; nil where they are not digits or not there.
    func fourHexDigits(at offset: Int) -> UInt16? {
        guard offset + 4 <= count else { return nil }
        var unit: UInt16 = 0
        for index in offset..<offset + 4 {
            guard let digit = self[index].hexValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        return unit
    }
}
