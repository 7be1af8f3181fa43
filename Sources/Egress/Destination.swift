// SPDX-License-Identifier: Apache-2.0

package import Access
package import HeldKeys
package import NIOCore

/// Where a call goes and under which conditions: what two calls must share to share a connection.
///
/// Make one per provider and keep it: it hashes its contents once, so that finding the connections of a destination
/// costs the same whatever the provider has configured.
package final class Destination: Sendable {
    package let origin: Origin
    package let addressGuard: AddressGuard
    /// The provider's own certificate authorities as PEM; none means those of the system. They replace each other.
    package let certificateAuthorities: String?
    /// The line `Host: <authority>` with its CRLF, ready to be written into a head.
    package let hostLine: ByteBuffer
    private let hash: Int

    package init(
        origin: Origin, allowingPrivate allowed: [AddressRange] = [], certificateAuthorities: String? = nil
    ) {
        self.origin = origin
        self.addressGuard = AddressGuard(allowing: allowed)
        self.certificateAuthorities = certificateAuthorities
        self.hostLine = ByteBuffer(string: "Host: \(origin.authority)\r\n")
        var hasher = Hasher()
        hasher.combine(origin)
        hasher.combine(addressGuard)
        hasher.combine(certificateAuthorities)
        self.hash = hasher.finalize()
    }
}

extension Destination: Hashable {
    package static func == (left: Destination, right: Destination) -> Bool {
        left === right
            || left.hash == right.hash && left.origin == right.origin && left.addressGuard == right.addressGuard
                && left.certificateAuthorities == right.certificateAuthorities
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
