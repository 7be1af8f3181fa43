// SPDX-License-Identifier: Apache-2.0

/// Where the keys of an issuer are had.
package struct KeyPlace: Hashable, Sendable {
    /// How they are found.
    package enum Way: Hashable, Sendable {
        /// By the issuer's own `/.well-known/openid-configuration`.
        case discovery
        /// At this address, whatever the issuer says.
        case address(String)
        /// They are these: a JWK Set as text. Nothing is fetched.
        case pinned(String)
    }

    package var way: Way
    /// Certificate authorities, as PEM, that the servers of both addresses are held against instead of the system's.
    package var certificateAuthorities: String?

    /// The most bytes of a pinned set.
    package static let longestPinned = 65_536

    /// A place.
    package init(_ way: Way = .discovery, certificateAuthorities: String? = nil) {
        self.way = way
        self.certificateAuthorities = certificateAuthorities
    }
}
