// SPDX-License-Identifier: Apache-2.0

/// An IPv4 or IPv6 address in 16 bytes, in one canonical form.
///
/// IPv4 is kept in its IPv4-mapped place (`::ffff:a.b.c.d`, RFC 4291 section 2.5.5.2), so the two spellings of one
/// address are equal by construction and a rule about `10.0.0.0/8` cannot be walked around by writing IPv6.
package struct IPAddress: Hashable, Sendable {
    @usableFromInline let bits: UInt128

    @usableFromInline init(bits: UInt128) {
        self.bits = bits
    }

    /// The IPv4 address with these 32 bits, first octet highest.
    package init(v4: UInt32) {
        bits = IPAddress.mapped | UInt128(v4)
    }

    /// The IPv6 address with these 128 bits; an IPv4-mapped one is IPv4.
    package init(v6High: UInt64, low: UInt64) {
        bits = UInt128(v6High) << 64 | UInt128(low)
    }

    /// Reads the text form: a dotted quad (four decimal numbers without leading zeros) or RFC 4291 section 2.2.
    /// No zone, no brackets, no port, none of the decimal, octal or hexadecimal forms of `inet_aton`.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8.prefix(IPAddress.longestText + 1))
        self.init(bytes: bytes.span)
    }

    /// Reads the same text forms from the bytes of a message, without allocating.
    package init?(bytes: Span<UInt8>) {
        guard bytes.count <= IPAddress.longestText else { return nil }
        guard let bits = AddressReader.bits(of: bytes) else { return nil }
        self.bits = bits
    }

    /// Whether this is IPv4, however it was written.
    @inlinable package var isV4: Bool { bits >> 32 == 0xffff }

    /// The 32 bits of an IPv4 address, first octet highest.
    @inlinable package var v4: UInt32? { isV4 ? UInt32(truncatingIfNeeded: bits) : nil }

    /// The first eight octets of the 16-octet form.
    @inlinable package var high: UInt64 { UInt64(truncatingIfNeeded: bits >> 64) }

    /// The last eight octets of the 16-octet form.
    @inlinable package var low: UInt64 { UInt64(truncatingIfNeeded: bits) }

    private static let mapped: UInt128 = 0xffff << 32
    /// `ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255`
    private static let longestText = 45
}

extension IPAddress: CustomStringConvertible {
    /// The canonical text of RFC 5952; IPv4 as a dotted quad.
    package var description: String {
        if let v4 {
            return [24, 16, 8, 0].map { String(v4 >> UInt32($0) & 0xff) }.joined(separator: ".")
        }
        let groups = (0..<8).map { UInt16(truncatingIfNeeded: bits >> UInt128(112 - 16 * $0)) }
        guard let gap = IPAddress.longestZeroRun(in: groups) else { return IPAddress.joined(groups[...]) }
        return IPAddress.joined(groups[..<gap.lowerBound]) + "::" + IPAddress.joined(groups[gap.upperBound...])
    }

    private static func joined(_ groups: ArraySlice<UInt16>) -> String {
        groups.map { String($0, radix: 16) }.joined(separator: ":")
    }

    /// RFC 5952 section 4.2: the longest run of at least two zero groups, the first of equals.
    private static func longestZeroRun(in groups: [UInt16]) -> Range<Int>? {
        var best = 0..<1
        var start = 0
        for (index, group) in groups.enumerated() {
            if group != 0 {
                start = index + 1
            } else if index + 1 - start > best.count {
                best = start..<index + 1
            }
        }
        return best.count > 1 ? best : nil
    }
}
