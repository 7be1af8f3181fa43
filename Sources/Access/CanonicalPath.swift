// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// A request path in the one form that is matched and forwarded (RFC 3986 section 6.2.2, and stricter).
///
/// What two parsers could read differently is refused rather than repaired: dot segments, empty segments, `\`,
/// encoded slashes, dots, backslashes, percent signs and control bytes, and octets that are not UTF-8.
/// Percent-encoded unreserved characters are decoded and hexadecimal digits become upper case, so equal paths have
/// equal bytes.
package enum CanonicalPath {
    /// What a path turned out to be.
    package enum Reading: Equatable, Sendable {
        /// Already canonical: match and forward the very bytes.
        case asWritten
        /// Equal to these canonical bytes.
        case rewritten([UInt8])
        /// Not to be matched or forwarded.
        case refused
    }

    /// Reads the path at `range`, without its query. Allocates only when the path holds a percent sign.
    package static func read(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Reading {
        guard !range.isEmpty, bytes[range.lowerBound] == slash else { return .refused }
        var position = range.lowerBound
        var previous: UInt8 = 0
        var hasPercent = false
        while position < range.upperBound {
            let byte = bytes[position]
            guard isPathByte(byte) else { return .refused }
            if byte == slash, previous == slash { return .refused }
            if byte == 0x25 { hasPercent = true }
            if byte == 0x2E, previous == slash, isDotSegment(bytes, position, range.upperBound) { return .refused }
            previous = byte
            position += 1
        }
        return hasPercent ? decode(bytes, range) : .asWritten
    }

    private static let slash: UInt8 = 0x2F

    /// `pchar` of RFC 3986 and the slash: no space, control, non-ASCII, backslash, `?`, `#`, quotes, brackets or caret.
    private static func isPathByte(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x21, 0x24...0x3B, 0x3D, 0x40...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
        default: false
        }
    }

    private static func isDotSegment(_ bytes: Span<UInt8>, _ start: Int, _ end: Int) -> Bool {
        var position = start
        while position < end, bytes[position] == 0x2E { position += 1 }
        guard position - start <= 2 else { return false }
        return position == end || bytes[position] == slash || bytes[position] == 0x3B
    }

    private static func decode(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Reading {
        var canonical: [UInt8] = []
        var plain: [UInt8] = []
        canonical.reserveCapacity(range.count)
        var position = range.lowerBound
        while position < range.upperBound {
            let byte = bytes[position]
            guard byte == 0x25 else {
                canonical.append(byte)
                plain.append(byte)
                position += 1
                continue
            }
            guard position + 2 < range.upperBound, let high = Hexadecimal.value(of: bytes[position + 1]),
                let low = Hexadecimal.value(of: bytes[position + 2])
            else { return .refused }
            let octet = high << 4 | low
            guard octet > 0x1F, octet != 0x7F, octet != 0x2E, octet != slash, octet != 0x5C, octet != 0x25 else {
                return .refused
            }
            if isUnreserved(octet) {
                canonical.append(octet)
            } else {
                canonical.append(contentsOf: [0x25, hexadecimal[Int(high)], hexadecimal[Int(low)]])
            }
            plain.append(octet)
            position += 3
        }
        guard String(validating: plain, as: UTF8.self) != nil, !holdsDotSegment(plain) else { return .refused }
        return canonical.count == range.count && isSame(canonical, bytes, range) ? .asWritten : .rewritten(canonical)
    }

    /// A dot segment that ends in an encoded `;` is one to a parser that decodes before it cuts parameters off.
    private static func holdsDotSegment(_ plain: [UInt8]) -> Bool {
        plain.indices.dropFirst().contains {
            plain[$0] == 0x2E && plain[$0 - 1] == slash && isDotSegment(plain.span, $0, plain.count)
        }
    }

    private static func isSame(_ canonical: [UInt8], _ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        for offset in 0..<canonical.count where canonical[offset] != bytes[range.lowerBound + offset] { return false }
        return true
    }

    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x5F, 0x7E: true
        default: false
        }
    }
}
