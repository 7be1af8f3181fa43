// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Base 64 with padding (RFC 4648, section 4), as HTTP Basic writes it.
enum Base64 {
    /// The bytes, or nil for anything that is not canonical base 64.
    static func decode(_ bytes: Span<UInt8>, _ slice: Slice) -> [UInt8]? {
        guard !slice.isEmpty, slice.count.isMultiple(of: 4) else { return nil }
        var end = slice.end
        while end > slice.end - 2, bytes[end - 1] == 0x3D { end -= 1 }
        var decoded: [UInt8] = []
        decoded.reserveCapacity(slice.count / 4 * 3)
        var pool: UInt32 = 0
        var bits: UInt32 = 0
        for position in slice.start..<end {
            guard let value = value(of: bytes[position]) else { return nil }
            pool = pool << 6 | UInt32(value)
            bits += 6
            if bits >= 8 {
                bits -= 8
                decoded.append(UInt8(truncatingIfNeeded: pool >> bits))
                pool &= (1 << bits) - 1
            }
        }
        return pool == 0 ? decoded : nil
    }

    /// Appends `bytes` in base 64.
    static func encode(_ bytes: [UInt8], into text: inout [UInt8]) {
        var position = 0
        while position < bytes.count {
            let rest = bytes.count - position
            let group =
                UInt32(bytes[position]) << 16 | (rest > 1 ? UInt32(bytes[position + 1]) << 8 : 0)
                | (rest > 2 ? UInt32(bytes[position + 2]) : 0)
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            text.append(rest > 1 ? alphabet[Int(group >> 6 & 63)] : 0x3D)
            text.append(rest > 2 ? alphabet[Int(group & 63)] : 0x3D)
            position += 3
        }
    }

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    private static func value(of byte: UInt8) -> UInt8? {
        switch byte {
        case 0x41...0x5A: byte - 0x41
        case 0x61...0x7A: byte - 0x61 + 26
        case 0x30...0x39: byte - 0x30 + 52
        case 0x2B: 62
        case 0x2F: 63
        default: nil
        }
    }
}
