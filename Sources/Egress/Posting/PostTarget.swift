// SPDX-License-Identifier: Apache-2.0

package import Access
package import HeldKeys
internal import NIOCore

/// A web address that may be posted to: where, and under which conditions.
package struct PostTarget: Sendable {
    /// Why a text is none.
    package enum Fault: Error, Equatable, Sendable {
        /// Not scheme, host, port and path as they are written out.
        case origin(OriginFault)
        /// Longer than ``longest``.
        case tooLong
        /// The host is an address that is not dialed.
        case refused(IPAddress, AddressRefusal)
        /// Without TLS, where that is not allowed.
        case plain
        /// The certificate authorities cannot be read.
        case certificateAuthority
    }

    /// The longest address, in bytes.
    package static let longest = 2048

    /// Scheme, host and port, and what is checked when they are dialed.
    package let destination: Destination
    /// The path with its query.
    let path: String

    /// Reads a web address.
    package init(
        _ url: String, allowingPrivate allowed: [AddressRange], certificateAuthority: String? = nil
    ) throws(Fault) {
        guard url.utf8.count <= Self.longest else { throw .tooLong }
        let origin: Origin
        do throws(OriginFault) {
            (origin, path) = try Self.split(url)
        } catch {
            throw .origin(error)
        }
        if let certificateAuthority, !TrustStore.canRead(certificateAuthority) { throw .certificateAuthority }
        destination = Destination(
            origin: origin, allowingPrivate: allowed, certificateAuthorities: certificateAuthority)
    }

    /// Refuses what is an address already, and would be refused when it is dialed. A name is not looked up.
    package func check() throws(Fault) {
        if case .address(let address) = destination.origin.host,
            let refusal = destination.addressGuard.refusal(of: address)
        {
            throw .refused(address, refusal)
        }
    }

    /// No user, no fragment, nothing that would have to be repaired.
    private static func split(_ url: String) throws(OriginFault) -> (Origin, path: String) {
        let start = url.firstRange(of: "://")?.upperBound ?? url.startIndex
        let end = url[start...].firstIndex { "/?#".contains($0) } ?? url.endIndex
        let origin = try Origin(parsing: url[..<end])
        let rest = url[end...]
        guard rest.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != UInt8(ascii: "#") }) else { throw .path }
        return (origin, rest.hasPrefix("/") ? String(rest) : "/" + rest)
    }
}
