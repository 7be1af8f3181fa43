// SPDX-License-Identifier: Apache-2.0
import Access
import Testing

@Suite("The text of an address")
struct IPAddressTests {
    @Test(
        "is read and written in canonical form",
        arguments: [
            ("0.0.0.0", "0.0.0.0"), ("255.255.255.255", "255.255.255.255"), ("192.0.2.1", "192.0.2.1"),
            ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("2001:DB8::A", "2001:db8::a"),
            ("2001:0db8:0000:0000:0000:0000:0000:0001", "2001:db8::1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
            ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
            ("1:0:0:4:0:0:0:8", "1:0:0:4::8"), ("1:0:0:4:5:0:0:8", "1::4:5:0:0:8"), ("0:0:1::", "0:0:1::"),
            ("::ffff:192.0.2.1", "192.0.2.1"), ("::FFFF:c000:0201", "192.0.2.1"), ("0:0:0:0:0:ffff:0.0.0.0", "0.0.0.0"),
            ("::192.0.2.1", "::c000:201"), ("64:ff9b::10.0.0.1", "64:ff9b::a00:1"),
            ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"),
            ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
        ])
    func reads(text: String, canonical: String) throws {
        let address = try #require(IPAddress(text))
        #expect(address.description == canonical)
        #expect(IPAddress(bytes: Array(text.utf8).span) == address)
        #expect(IPAddress(canonical) == address)
    }

    @Test(
        "is refused unless it is exactly an address",
        arguments: [
            "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.00", "0x7f.0.0.1",
            "0177.0.0.1",
            "2130706433", "127.1", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "1.2.3.", ".1.2.3", "1..2.3", "+1.2.3.4",
            "-1.2.3.4",
            "1.2.3.4444", "1.2.3.99999999999999999999", "١.2.3.4", ":", ":::", "1:", ":1", "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1::2::3", "::1::", "1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8", "12345::", "g::",
            "1:2:3:4:5:6:7:",
            ":1:2:3:4:5:6:7", "fe80::1%eth0", "fe80::1%25eth0", "[::1]", "::1/128", "::1.2.3", "::1.2.3.4:5",
            "1.2.3.4::",
            "::01.2.3.4", "1:2:3:4:5:6:7:1.2.3.4", "1:2:3:4:5:1.2.3.4", "::1 ", "::00001", "::ffff:1.2.3.4.5",
            "::.1.2.3",
            "ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555",
        ])
    func refuses(text: String) {
        #expect(IPAddress(text) == nil)
        #expect(IPAddress(bytes: Array(text.utf8).span) == nil)
    }

    @Test("gives back every address it writes")
    func roundTrip() {
        var random = Seeded(state: 1)
        for _ in 0..<2_000 {
            // Few bits set, so that runs of zero groups of every length and place occur.
            let sparse = (random.next() & random.next() & random.next(), random.next() & random.next() & random.next())
            let group: UInt64 = 0xffff << (16 * (random.next() % 4))
            for (high, low) in [
                sparse, (sparse.0 & group, sparse.1), (sparse.0, sparse.1 & group), (0, sparse.1 & group),
            ] {
                let address = IPAddress(v6High: high, low: low)
                #expect(IPAddress(address.description) == address)
                #expect(address.high == high && address.low == low)
            }
        }
    }

    @Test("folds IPv4-mapped IPv6 into IPv4 at every door")
    func foldsMapped() {
        let address = IPAddress(v4: 0x0a00_0001)
        #expect(address.isV4)
        #expect(address.v4 == 0x0a00_0001)
        #expect(IPAddress("10.0.0.1") == address)
        #expect(IPAddress("::ffff:a00:1") == address)
        #expect(IPAddress(v6High: 0, low: 0xffff_0a00_0001) == address)
        #expect(IPAddress("::10.0.0.1") != address)
        #expect(IPAddress("::10.0.0.1")?.v4 == nil)
    }
}

private struct Seeded {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = (state ^ state >> 30) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ z >> 27) &* 0x94d0_49bb_1331_11eb
        return z ^ z >> 31
    }
}
