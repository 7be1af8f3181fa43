// SPDX-License-Identifier: Apache-2.0
internal import Access

/// Up to 32,768 addresses by place; one beyond that is one of the others.
struct InternedAddresses: Sendable {
    private var addresses: [IPAddress] = []
    private var places: [IPAddress: UInt16] = [:]
    /// The place last seen with a mark, so that what keeps coming is not hashed.
    private var recent = [UInt16](repeating: Interned.none, count: recentCount)

    private static let recentCount = 64
    private static let addressesAtMost = 32_768

    /// The place of an address; `none` for none.
    @inline(__always)
    mutating func place(of address: IPAddress?) -> UInt16 {
        guard let address else { return Interned.none }
        let mark = Int((address.high ^ address.low ^ address.low >> 8) % UInt64(Self.recentCount))
        let place = recent[mark]
        if place >= Interned.first, addresses[Int(place - Interned.first)] == address { return place }
        return find(address, mark)
    }

    private mutating func find(_ address: IPAddress, _ mark: Int) -> UInt16 {
        if let place = places[address] {
            recent[mark] = place
            return place
        }
        guard addresses.count < Self.addressesAtMost else { return Interned.others }
        let place = Interned.first + UInt16(addresses.count)
        addresses.append(address)
        places[address] = place
        recent[mark] = place
        return place
    }

    /// The address at a place; nil for `none` and `others`.
    func address(at place: UInt16) -> IPAddress? {
        place >= Interned.first ? addresses[Int(place - Interned.first)] : nil
    }
}
