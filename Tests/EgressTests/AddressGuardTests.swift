// SPDX-License-Identifier: Apache-2.0
import Access
import Egress
import Testing

@Suite("The address guard")
struct AddressGuardTests {
    @Test(
        "names the special block an address lies in",
        arguments: [
            (.unspecified, ["0.0.0.0", "0.0.0.1", "0.255.255.255", "::", "::ffff:0.0.0.0", "::ffff:0.1.2.3"]),
            (
                .loopback,
                ["127.0.0.1", "127.0.0.0", "127.255.255.255", "127.1.2.3", "::1", "::ffff:127.0.0.1", "::ffff:7f00:1"]
            ),
            (
                .privateUse,
                [
                    "10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255",
                    "::ffff:10.0.0.1",
                ]
            ),
            (.uniqueLocal, ["fc00::", "fd00:ec2::254", "fdff:ffff::1"]), (.siteLocal, ["fec0::1", "feff::1"]),
            (.sharedSpace, ["100.64.0.0", "100.100.100.200", "100.127.255.255"]),
            (
                .linkLocal,
                ["169.254.169.254", "169.254.0.0", "169.254.255.255", "fe80::1", "febf::1", "::ffff:a9fe:a9fe"]
            ),
            (.multicast, ["224.0.0.1", "239.255.255.255", "ff02::1", "ff00::", "ffff::"]),
            (.broadcast, ["255.255.255.255"]), (.reserved, ["240.0.0.0", "255.255.255.254"]),
            (.documentation, ["192.0.2.1", "198.51.100.1", "203.0.113.255", "2001:db8::1", "3fff::1", "3fff:fff::1"]),
            (.benchmarking, ["198.18.0.0", "198.19.255.255", "2001:2::1"]),
            (
                .protocolAssignment,
                ["192.0.0.0", "192.0.0.170", "192.0.0.255", "2001:1::1", "2001:10::1", "2001:20::1", "2001:1ff::"]
            ),
            (.nat64, ["64:ff9b::", "64:ff9b::127.0.0.1", "64:ff9b::8.8.8.8", "64:ff9b:1::1", "64:ff9b:1:ffff::a00:1"]),
            (.sixToFour, ["2002::", "2002:7f00:1::", "2002:a9fe:a9fe::1", "192.88.99.1"]),
            (.teredo, ["2001::", "2001:0:7f00:1::1"]),
            (.ipv4Compatible, ["::127.0.0.1", "::10.0.0.1", "::2", "::8.8.8.8", "::ffff:ffff"]),
            (.discard, ["100::", "100::ffff:ffff:ffff:ffff"]),
            (
                .notGlobalUnicast,
                [
                    "::ffff:0:7f00:1", "100:0:0:1::1", "64:ff9b:2::1", "1::", "1fff:ffff::", "4000::", "5f00::1",
                    "fbff::", "fe00::1",
                ]
            ),
        ] as [(AddressRefusal, [String])])
    func refuses(reason: AddressRefusal, addresses: [String]) throws {
        for text in addresses {
            let address = try #require(IPAddress(text))
            #expect(AddressGuard().refusal(of: address) == reason, "\(text)")
        }
    }

    @Test(
        "lets public unicast through, up to the edges of the special blocks",
        arguments: [
            "1.0.0.0", "8.8.8.8", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0",
            "192.0.3.0",
            "192.88.98.255", "192.88.100.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0",
            "198.51.99.255",
            "203.0.112.255", "203.0.114.0", "223.255.255.255", "::ffff:8.8.8.8", "2000::", "2001:200::",
            "2001:4860:4860::8888",
            "2001:db7:ffff::", "2001:db9::", "2003::", "2606:4700::1111", "3ffe::1", "3fff:1000::", "3fff:ffff::1",
        ])
    func passes(text: String) throws {
        #expect(AddressGuard().refusal(of: try #require(IPAddress(text))) == nil)
    }

    @Test(
        "opens what an explicit range names, if that can be somebody's own network",
        arguments: [
            ("127.0.0.0/8", "127.0.0.1", nil), ("127.0.0.0/8", "::ffff:127.0.0.1", nil), ("::1", "::1", nil),
            ("::ffff:10.0.0.0/104", "10.9.8.7", nil), ("10.1.0.0/16", "10.1.255.255", nil),
            ("10.1.0.0/16", "10.2.0.0", .privateUse), ("fd00::/8", "fd12::1", nil),
            ("100.64.0.0/10", "100.64.0.1", nil),
            ("127.0.0.0/8", "::1", .loopback), ("127.0.0.0/8", "10.0.0.1", .privateUse),
            ("::/0", "127.0.0.1", .loopback), ("::/0", "fd00::1", nil), ("::/0", "::", .unspecified),
            ("::/0", "ff02::1", .multicast), ("::/0", "fe80::1", .linkLocal), ("::/0", "64:ff9b::a00:1", .nat64),
            ("::/0", "2002:a00:1::", .sixToFour), ("::/0", "::10.0.0.1", .ipv4Compatible), ("::/0", "2001::1", .teredo),
            ("0.0.0.0/0", "0.0.0.0", .unspecified), ("0.0.0.0/8", "0.0.0.1", .unspecified),
            ("0.0.0.0/0", "224.0.0.1", .multicast), ("0.0.0.0/0", "255.255.255.255", .broadcast),
            ("0.0.0.0/0", "240.0.0.1", .reserved), ("0.0.0.0/0", "169.254.169.254", .linkLocal),
            ("0.0.0.0/0", "10.0.0.1", nil),
        ] as [(String, String, AddressRefusal?)])
    func allowList(range: String, address: String, expected: AddressRefusal?) throws {
        let addressGuard = AddressGuard(allowing: [try #require(AddressRange(range))])
        #expect(addressGuard.refusal(of: try #require(IPAddress(address))) == expected)
    }

    @Test("refuses an answer in which one address is bad, wherever it stands")
    func mixedAnswers() throws {
        let good = try ["8.8.8.8", "2606:4700::1111"].map { try #require(IPAddress($0)) }
        let bad = try #require(IPAddress("169.254.169.254"))
        #expect(AddressGuard().refusal(ofAny: good) == nil)
        for place in 0...good.count {
            var answer = good
            answer.insert(bad, at: place)
            let refusal = try #require(AddressGuard().refusal(ofAny: answer))
            #expect(refusal == (bad, .linkLocal))
        }
    }
}
