// SPDX-License-Identifier: Apache-2.0

package import Access

/// Scheme, host and port: the only thing that decides where a call goes. The caller of a lent call has no say in it.
package struct Origin: Hashable, Sendable {
    /// What is spoken on the connection: nothing but HTTP, with or without TLS.
    package enum Scheme: String, Sendable {
        case http, https

        /// RFC 9110 sections 4.2.1 and 4.2.2.
        package var defaultPort: Int { self == .http ? 80 : 443 }
    }

    /// A name to resolve, or an address.
    package enum Host: Hashable, Sendable {
        /// A DNS name in lower case ASCII, without the final dot.
        case name(String)
        /// A literal: nothing to resolve.
        case address(IPAddress)
    }

    /// `http` or `https`.
    package let scheme: Scheme
    /// What is dialed and, over TLS, whom the certificate must name.
    package let host: Host
    /// 1 to 65535; the default port is written out.
    package let port: Int

    /// An origin from its parts; the port is the scheme's unless given.
    package init(scheme: Scheme, host: Host, port: Int? = nil) {
        self.scheme = scheme
        self.host = host
        self.port = port ?? scheme.defaultPort
    }

    /// The host as a URL writes it: IPv6 in brackets.
    package var hostText: String {
        switch host {
        case .name(let name): name
        case .address(let address): address.isV4 ? address.description : "[\(address)]"
        }
    }

    /// The value of the Host field (RFC 9110 section 7.2): the default port is left out.
    package var authority: String {
        port == scheme.defaultPort ? hostText : "\(hostText):\(port)"
    }
}

extension Origin: CustomStringConvertible {
    /// `https://api.example:8443`, the default port left out.
    package var description: String { "\(scheme)://\(authority)" }
}
