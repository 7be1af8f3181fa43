// SPDX-License-Identifier: Apache-2.0

import Access

/// A place outside that gets a copy of what must not be lost or altered here unnoticed: a file, a syslog, a web
/// address.
package struct SecondPlace: Sendable {
    /// What the log calls it. Never the path of a web address, which may be what lets one write there.
    package let name: String
    /// Takes one note. Returns when the place has it, as far as the place can say; throws `SecondPlaceFault`.
    package let deliver: @Sendable (_ note: String) async throws -> Void

    /// Any place; tests bring their own.
    package init(name: String, deliver: @escaping @Sendable (_ note: String) async throws -> Void) {
        self.name = name
        self.deliver = deliver
    }
}

/// Why a place did not take a note. Holds nothing of the note and nothing that the place wrote.
package struct SecondPlaceFault: Error, Equatable, Sendable {
    /// For the log.
    package let reason: String

    /// A fault of this reason.
    package init(_ reason: String) { self.reason = reason }

    init(refusing address: IPAddress, _ refusal: AddressRefusal) {
        self.init("its address \(address) is refused (\(refusal.rawValue)); --checkpoints-allow-private can allow it")
    }
}
