// SPDX-License-Identifier: Apache-2.0
package import Access

extension IPAddress {
    /// The special-purpose block this address lies in; none means that it is public unicast.
    package var special: AddressRefusal? {
        if isV4 { return SpecialBlock.v4.first { $0.range.contains(self) }?.refusal }
        return SpecialBlock.v6.first { $0.range.contains(self) }?.refusal
    }
}

/// One row of the IANA special-purpose registries. The first row that holds an address names it.
private struct SpecialBlock {
    let range: AddressRange
    /// None for the block that is public.
    let refusal: AddressRefusal?

    init(_ text: String, _ refusal: AddressRefusal?) {
        guard let range = AddressRange(text) else { preconditionFailure("\(text) is not a range") }
        self.range = range
        self.refusal = refusal
    }

    static let v4 = [
        SpecialBlock("0.0.0.0/8", .unspecified),
        SpecialBlock("10.0.0.0/8", .privateUse),
        SpecialBlock("100.64.0.0/10", .sharedSpace),
        SpecialBlock("127.0.0.0/8", .loopback),
        SpecialBlock("169.254.0.0/16", .linkLocal),
        SpecialBlock("172.16.0.0/12", .privateUse),
        SpecialBlock("192.0.0.0/24", .protocolAssignment),
        SpecialBlock("192.0.2.0/24", .documentation),
        SpecialBlock("192.88.99.0/24", .sixToFour),
        SpecialBlock("192.168.0.0/16", .privateUse),
        SpecialBlock("198.18.0.0/15", .benchmarking),
        SpecialBlock("198.51.100.0/24", .documentation),
        SpecialBlock("203.0.113.0/24", .documentation),
        SpecialBlock("224.0.0.0/4", .multicast),
        SpecialBlock("255.255.255.255/32", .broadcast),
        SpecialBlock("240.0.0.0/4", .reserved),
    ]

    static let v6 = [
        SpecialBlock("::/128", .unspecified),
        SpecialBlock("::1/128", .loopback),
        SpecialBlock("::/96", .ipv4Compatible),
        SpecialBlock("64:ff9b::/96", .nat64),
        SpecialBlock("64:ff9b:1::/48", .nat64),
        SpecialBlock("100::/64", .discard),
        SpecialBlock("2001::/32", .teredo),
        SpecialBlock("2001:2::/48", .benchmarking),
        SpecialBlock("2001::/23", .protocolAssignment),
        SpecialBlock("2001:db8::/32", .documentation),
        SpecialBlock("2002::/16", .sixToFour),
        SpecialBlock("3fff::/20", .documentation),
        SpecialBlock("2000::/3", nil),
        SpecialBlock("fc00::/7", .uniqueLocal),
        SpecialBlock("fe80::/10", .linkLocal),
        SpecialBlock("fec0::/10", .siteLocal),
        SpecialBlock("ff00::/8", .multicast),
        SpecialBlock("::/0", .notGlobalUnicast),
    ]
}
