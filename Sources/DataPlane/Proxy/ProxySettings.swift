// SPDX-License-Identifier: Apache-2.0
package import Access
package import LocalAuthority

/// What the forward proxy does beyond what integrations say.
package struct ProxySettings: Sendable {
    /// Signs what is shown in the place of a provider's certificate.
    package let authority: LocalAuthority
    /// Hosts without an integration that are tunnelled to, unread.
    package let tunnels: [TunnelRule]
    /// Addresses that are not public and may be tunnelled to nevertheless.
    package let tunnelsAllowedPrivate: [AddressRange]

    /// Settings of these parts; without tunnels everything that has no integration is refused.
    package init(
        authority: LocalAuthority, tunnels: [TunnelRule] = [], tunnelsAllowedPrivate: [AddressRange] = []
    ) {
        self.authority = authority
        self.tunnels = tunnels
        self.tunnelsAllowedPrivate = tunnelsAllowedPrivate
    }
}
