// SPDX-License-Identifier: Apache-2.0

/// Why an address is not dialed: the special-purpose block it lies in (IANA registries, RFC 6890 and successors).
package enum AddressRefusal: String, Error, Sendable, CaseIterable {
    /// `0.0.0.0/8` and `::`. Linux connects `0.0.0.0` to itself.
    case unspecified
    /// `127.0.0.0/8` and `::1`.
    case loopback
    /// RFC 1918.
    case privateUse = "private"
    /// `fc00::/7`, RFC 4193.
    case uniqueLocal = "unique_local"
    /// `fec0::/10`, deprecated, still routed by some.
    case siteLocal = "site_local"
    /// `100.64.0.0/10`, RFC 6598: between carriers and their customers, and in overlay networks.
    case sharedSpace = "shared_space"
    /// `169.254.0.0/16` and `fe80::/10`: also where clouds keep their metadata services.
    case linkLocal = "link_local"
    /// `224.0.0.0/4` and `ff00::/8`.
    case multicast
    /// `255.255.255.255`.
    case broadcast
    /// `240.0.0.0/4`.
    case reserved
    /// The blocks of RFC 5737, RFC 3849 and RFC 9637.
    case documentation
    /// `198.18.0.0/15` and `2001:2::/48`.
    case benchmarking
    /// `192.0.0.0/24` and the rest of `2001::/23`.
    case protocolAssignment = "protocol_assignment"
    /// `64:ff9b::/96` and `64:ff9b:1::/48`: IPv4 behind a translator, where no IPv4 rule would see it.
    case nat64
    /// `2002::/16` and the relay block `192.88.99.0/24`.
    case sixToFour = "6to4"
    /// `2001::/32`.
    case teredo
    /// `::/96` without the above: the old IPv4-compatible form.
    case ipv4Compatible = "ipv4_compatible"
    /// `100::/64`.
    case discard
    /// IPv6 outside `2000::/3`, the only block handed out for the public network.
    case notGlobalUnicast = "not_global_unicast"

    /// Whether an explicit range of the provider may open it: only what names a network somebody can own. The rest
    /// has no honest use as an upstream (or, link-local, is where a cloud hands out its own credentials).
    package var mayBeAllowed: Bool {
        switch self {
        case .loopback, .privateUse, .uniqueLocal, .siteLocal, .sharedSpace, .benchmarking: true
        case .unspecified, .linkLocal, .multicast, .broadcast, .reserved, .documentation, .protocolAssignment, .nat64,
            .sixToFour, .teredo, .ipv4Compatible, .discard, .notGlobalUnicast:
            false
        }
    }
}
