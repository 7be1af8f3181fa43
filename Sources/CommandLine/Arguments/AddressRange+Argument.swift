// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser

extension AddressRange {
    /// Reads an argument, and says what is wrong with it.
    static func reading(_ text: String) throws -> AddressRange {
        do throws(AddressRangeFault) {
            return try AddressRange(parsing: text)
        } catch {
            throw ValidationError(reason(error))
        }
    }

    /// Ranges with commas between them.
    static func list(_ text: String) throws -> [AddressRange] {
        try text.split(separator: ",").map { try reading(String($0.drop { $0 == " " })) }
    }

    private static func reason(_ fault: AddressRangeFault) -> String {
        switch fault {
        case .notAnAddress: "It is not an IPv4 or IPv6 address or CIDR range."
        case .prefixLength(let longest): "The prefix length must be from 0 to \(longest)."
        case .hostBitsSet(let first, let length): "It has bits behind the prefix; write \(first)/\(length)."
        case .shorterThanMappedPrefix: "An IPv4-mapped range needs a prefix of at least 96 bits."
        }
    }
}
