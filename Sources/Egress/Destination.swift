// SPDX-License-Identifier: Apache-2.0

package import Access
package import HeldKeys
package import NIOCore

/// Where a call goes and under which conditions: what two calls must share to share a connection.
///
/// Make one per provider and keep it: it hashes its contents once, so that finding the connections of a destination
/// costs the same whatever the provider has configured.
package final class Destination: Sendable {
    /// Scheme, host and port.
    package let origin: Origin
    /// Which addresses the host may lead to.
    package let addressGuard: AddressGuard
    /// The provider's own certificate authorities as PEM; none means those of the system. They replace each other.
    package let certificateAuthorities: String?
    /// Whom it is shown over TLS; none for nobody.
    package let identity: ClientIdentity?
    /// The line `Host: <authority>` with its CRLF, ready to be written into a head.
    package let hostLine: ByteBuffer
    private let hash: Int

    /// `allowed`: the private ranges that the operator opened for this provider.
    package init(
        origin: Origin, allowingPrivate allowed: [AddressRange] = [], certificateAuthorities: String? = nil,
        identity: ClientIdentity? = nil
    ) {
        self.origin = origin
        self.addressGuard = AddressGuard(allowing: allowed)
        self.certificateAuthorities = certificateAuthorities
        self.identity = identity
        self.hostLine = ByteBuffer(string: "Host: \(origin.authority)\r\n")
        var hasher = Hasher()
        hasher.combine(origin)
        hasher.combine(addressGuard)
        hasher.combine(certificateAuthorities)
        hasher.combine(identity)
        self.hash = hasher.finalize()
    }
}

extension Destination: Hashable {
    /// Whether calls to both may share connections: all conditions are the same.
    package static func == (left: Destination, right: Destination) -> Bool {
        left === right
            || left.hash == right.hash && left.origin == right.origin && left.addressGuard == right.addressGuard
                && left.certificateAuthorities == right.certificateAuthorities && left.identity == right.identity
    }

    /// Feeds the hash made once, in `init`.
    package func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
