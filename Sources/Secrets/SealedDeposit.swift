// SPDX-License-Identifier: Apache-2.0

/// A value that was sealed to a ``DepositPublicKey``, on its way in.
package struct SealedDeposit: Equatable, Sendable {
    /// The layout this is: see ``DepositKey/open(_:for:)`` and ``DepositPlace``.
    package static let version: Int64 = 1
    /// The most bytes, so that the longest value with its parts fits.
    package static let longest = 24 * 1024

    /// The id of the public key.
    package let key: String
    /// The names of the value's parts, in the order of the names; empty for one text.
    package let parts: [String]
    /// The encapsulated key, the ciphertext and its tag.
    package let bytes: [UInt8]

    /// A sealed value.
    package init(key: String, parts: [String], bytes: [UInt8]) {
        self.key = key
        self.parts = parts
        self.bytes = bytes
    }

    /// What is sealed of several parts: for each, in the order of the names, its length in 4 bytes, big-endian, and its
    /// bytes. What was given is wiped.
    package static func layout(wiping given: inout [(name: String, bytes: [UInt8])]) -> Secret {
        given.sort { $0.name < $1.name }
        var joined: [UInt8] = []
        joined.reserveCapacity(given.reduce(0) { $0 + $1.bytes.count + 4 })
        for index in given.indices {
            let count = given[index].bytes.count
            for shift in [24, 16, 8, 0] { joined.append(UInt8(truncatingIfNeeded: count >> shift)) }
            joined.append(contentsOf: given[index].bytes)
            Secret.wipe(&given[index].bytes)
        }
        return Secret(wiping: &joined)
    }
}
