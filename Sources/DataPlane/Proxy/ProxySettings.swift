// SPDX-License-Identifier: Apache-2.0
package import Access

/// What the forward proxy does beyond what integrations say.
package struct ProxySettings: Sendable {
    /// Signs what is shown in the place of a provider's certificate.
    let authority: ProxyAuthority
    /// Hosts without an integration that are tunnelled to, unread.
    package let tunnels: [TunnelRule]
    /// Addresses that are not public and may be tunnelled to nevertheless.
    package let tunnelsAllowedPrivate: [AddressRange]

    /// Settings of these parts; without tunnels everything that has no integration is refused.
    package init(
        authority: ProxyAuthority, tunnels: [TunnelRule] = [], tunnelsAllowedPrivate: [AddressRange] = []
    ) {
        self.authority = authority
        self.tunnels = tunnels
        self.tunnelsAllowedPrivate = tunnelsAllowedPrivate
    }
}
