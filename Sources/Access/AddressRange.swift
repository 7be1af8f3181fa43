// SPDX-License-Identifier: Apache-2.0

/// All addresses that share their first bits: CIDR, `10.0.0.0/8` or `2001:db8::/32`.
///
/// A range is of one family: `::/0` is all of IPv6 and holds no IPv4 address. A range inside the IPv4-mapped block
/// (`::ffff:10.0.0.0/104`) is the IPv4 range it maps (`10.0.0.0/8`).
package struct AddressRange: Hashable, Sendable {
    /// The lowest address.
    package let first: IPAddress
    /// The number of leading bits that count, of 32 for IPv4 and of 128 for IPv6.
    package let prefixLength: Int
    @usableFromInline let mask: UInt128

    /// The addresses that begin like `first`; `prefixLength` is of the family's 32 or 128 bits.
    package init(first: IPAddress, prefixLength: Int) throws(AddressRangeFault) {
        let width = first.isV4 ? 32 : 128
        guard (0...width).contains(prefixLength) else { throw .prefixLength(longest: width) }
        let hostBits = UInt128(width - prefixLength)
        mask = hostBits == 128 ? 0 : .max << hostBits
        guard first.bits & ~mask == 0 else {
            throw .hostBitsSet(first: IPAddress(bits: first.bits & mask), prefixLength: prefixLength)
        }
        self.first = first
        self.prefixLength = prefixLength
    }

    /// Reads `address/length`, or a bare address as the range of that address alone. Says why it cannot.
    package init(parsing text: some StringProtocol) throws(AddressRangeFault) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let written = parts.first, let address = IPAddress(written) else { throw .notAnAddress }
        let width = address.isV4 ? 32 : 128
        guard parts.count == 2 else {
            try self.init(first: address, prefixLength: width)
            return
        }
        guard let length = AddressRange.length(parts[1]) else { throw .prefixLength(longest: width) }
        // Whoever wrote the mapped form counted its 96 leading bits too.
        let isMapped = address.isV4 && written.utf8.contains(UInt8(ascii: ":"))
        guard isMapped else {
            try self.init(first: address, prefixLength: length)
            return
        }
        guard length >= 96 else { throw .shorterThanMappedPrefix }
        try self.init(first: address, prefixLength: length - 96)
    }

    /// Reads `address/length` or a bare address.
    package init?(_ text: some StringProtocol) {
        guard let range = try? AddressRange(parsing: text) else { return nil }
        self = range
    }

    /// Whether the address is one of the range. Two comparisons, no allocation.
    @inlinable package func contains(_ address: IPAddress) -> Bool {
        address.bits & mask == first.bits && address.isV4 == first.isV4
    }

    /// One to three digits, no sign, no leading zero.
    private static func length(_ text: some StringProtocol) -> Int? {
        let digits = text.utf8
        guard (1...3).contains(digits.count),
            digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            digits.count == 1 || digits.first != UInt8(ascii: "0")
        else { return nil }
        return Int(text)
    }
}

extension AddressRange: CustomStringConvertible {
    /// `first/prefixLength` in canonical form; a single address too keeps its length.
    package var description: String { "\(first)/\(prefixLength)" }
}

/// Why a text is not an `AddressRange`.
package enum AddressRangeFault: Error, Equatable {
    /// What stands before the slash is not an IPv4 or IPv6 address.
    case notAnAddress
    /// The length is not a number from 0 to `longest`.
    case prefixLength(longest: Int)
    /// The address has bits behind the prefix; `first` with that length is the range it lies in.
    case hostBitsSet(first: IPAddress, prefixLength: Int)
    /// An IPv4-mapped address with fewer than 96 bits reaches beyond the mapped block.
    case shorterThanMappedPrefix
}
