// SPDX-License-Identifier: Apache-2.0
package import Access

/// How `bitting serve` is to be a forward proxy.
package struct ProxyOptions: Sendable, Equatable {
    /// Where it listens.
    package let address: ListenAddress
    /// Hosts without an integration that are tunnelled to, as they were given.
    package let tunnels: [String]
    /// Addresses that are not public and may be tunnelled to.
    package let tunnelsAllowedPrivate: [AddressRange]

    /// Options of a proxy.
    package init(address: ListenAddress, tunnels: [String] = [], tunnelsAllowedPrivate: [AddressRange] = []) {
        self.address = address
        self.tunnels = tunnels
        self.tunnelsAllowedPrivate = tunnelsAllowedPrivate
    }
}
