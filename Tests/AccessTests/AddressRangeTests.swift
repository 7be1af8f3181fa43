// SPDX-License-Identifier: Apache-2.0
import Access
import Testing

@Suite("A range of addresses")
struct AddressRangeTests {
    @Test(
        "is read and written in canonical form",
        arguments: [
            ("10.0.0.0/8", "10.0.0.0/8"), ("0.0.0.0/0", "0.0.0.0/0"), ("192.0.2.7", "192.0.2.7/32"),
            ("192.0.2.7/32", "192.0.2.7/32"), ("2001:DB8::/32", "2001:db8::/32"), ("::/0", "::/0"), ("::1", "::1/128"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"), ("::ffff:0:0/96", "0.0.0.0/0"), ("::ffff:10.0.0.1", "10.0.0.1/32"),
            ("::ffff:10.0.0.1/128", "10.0.0.1/32"), ("8000::/1", "8000::/1"),
        ])
    func reads(text: String, canonical: String) throws {
        let range = try AddressRange(parsing: text)
        #expect(range.description == canonical)
        #expect(AddressRange(canonical) == range)
    }

    @Test(
        "is refused with the reason",
        arguments: [
            ("", .notAnAddress), ("/8", .notAnAddress), ("10.0.0/8", .notAnAddress), ("10.0.0.0 /8", .notAnAddress),
            ("10.0.0.0/", .prefixLength(longest: 32)), ("10.0.0.0/33", .prefixLength(longest: 32)),
            ("10.0.0.0/-1", .prefixLength(longest: 32)), ("10.0.0.0/+8", .prefixLength(longest: 32)),
            ("10.0.0.0/08", .prefixLength(longest: 32)), ("10.0.0.0/8/8", .prefixLength(longest: 32)),
            ("10.0.0.0/255.0.0.0", .prefixLength(longest: 32)), ("10.0.0.0/ 8", .prefixLength(longest: 32)),
            ("10.0.0.0/٨", .prefixLength(longest: 32)), ("::/129", .prefixLength(longest: 128)),
            ("::/9999", .prefixLength(longest: 128)), ("::ffff:10.0.0.0/129", .prefixLength(longest: 32)),
            ("::ffff:10.0.0.0/95", .shorterThanMappedPrefix), ("::ffff:10.0.0.0/8", .shorterThanMappedPrefix),
            ("10.1.2.3/8", .hostBitsSet(first: IPAddress(v4: 0x0a00_0000), prefixLength: 8)),
            ("10.0.0.1/0", .hostBitsSet(first: IPAddress(v4: 0), prefixLength: 0)),
            ("2001:db8::1/64", .hostBitsSet(first: IPAddress(v6High: 0x2001_0db8_0000_0000, low: 0), prefixLength: 64)),
            ("::1/0", .hostBitsSet(first: IPAddress(v6High: 0, low: 0), prefixLength: 0)),
        ] as [(String, AddressRangeFault)])
    func refuses(text: String, fault: AddressRangeFault) {
        #expect(throws: fault) { try AddressRange(parsing: text) }
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "contains what begins like it, in its own family",
        arguments: [
            (
                "10.0.0.0/8", ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
                ["9.255.255.255", "11.0.0.0", "::10.1.2.3", "::"]
            ),
            ("192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.0"]),
            ("192.0.2.7", ["192.0.2.7"], ["192.0.2.6", "192.0.2.8"]),
            ("0.0.0.0/0", ["0.0.0.0", "255.255.255.255"], ["::", "::1", "ffff::"]),
            (
                "::/0", ["::", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"],
                ["0.0.0.0", "10.0.0.1", "::ffff:10.0.0.1"]
            ),
            ("::/80", ["::1"], ["10.0.0.1"]),
            (
                "2001:db8::/32", ["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"],
                ["2001:db7:ffff::", "2001:db9::"]
            ),
            ("fe80::/10", ["fe80::1", "febf::"], ["fec0::", "fe7f::"]), ("::1", ["::1"], ["::", "::2", "0.0.0.1"]),
        ])
    func contains(text: String, inside: [String], outside: [String]) throws {
        let range = try AddressRange(parsing: text)
        for address in inside { #expect(try range.contains(#require(IPAddress(address))), "\(address)") }
        for address in outside { #expect(try !range.contains(#require(IPAddress(address))), "\(address)") }
    }
}
