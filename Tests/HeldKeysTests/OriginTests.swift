// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Testing

@Suite("The text of an origin")
struct OriginTests {
    @Test(
        "is read in canonical form",
        arguments: [
            ("https://api.example.com", "https://api.example.com", 443),
            ("HTTPS://API.Example.COM", "https://api.example.com", 443),
            ("https://api.example.com:443", "https://api.example.com", 443), ("http://h:80", "http://h", 80),
            ("http://h:443", "http://h:443", 443), ("http://localhost:8080", "http://localhost:8080", 8080),
            ("https://xn--bcher-kva.example", "https://xn--bcher-kva.example", 443),
            ("https://a_b.internal", "https://a_b.internal", 443),
            ("https://192.0.2.1:1", "https://192.0.2.1:1", 1), ("https://[::1]:65535", "https://[::1]:65535", 65535),
            ("https://[2001:DB8:0::1]", "https://[2001:db8::1]", 443),
            ("https://[::ffff:10.0.0.1]", "https://10.0.0.1", 443),
            ("https://1.example", "https://1.example", 443),
            ("https://1.2.3.4.example", "https://1.2.3.4.example", 443),
            ("https://\(label63).example", "https://\(label63).example", 443),
        ])
    func reads(text: String, canonical: String, port: Int) throws {
        let origin = try Origin(parsing: text)
        #expect(origin.description == canonical)
        #expect(origin.port == port)
        #expect(Origin(canonical) == origin)
    }

    @Test("tells names from addresses")
    func hosts() throws {
        #expect(Origin("https://api.example")?.host == .name("api.example"))
        #expect(Origin("https://10.0.0.1")?.host == .address(IPAddress(v4: 0x0a00_0001)))
        #expect(Origin("https://[::1]")?.host == .address(IPAddress(v6High: 0, low: 1)))
        #expect(Origin("https://[::1]:8443")?.authority == "[::1]:8443")
        #expect(Origin("https://api.example:443")?.authority == "api.example")
    }

    @Test(
        "is refused with the reason",
        arguments: [
            ("", .scheme), ("api.example", .scheme), ("//api.example", .scheme), ("ftp://h", .scheme),
            ("https:/h", .scheme),
            ("https:h", .scheme), ("javascript://h", .scheme), ("xhttps://h", .scheme),
            ("https://user@h", .userInfo), ("https://user:pass@h", .userInfo), ("https://h@127.0.0.1", .userInfo),
            ("https://h/", .path), ("https://h/v1", .path), ("https://h?q", .path), ("https://h#f", .path),
            ("https://h:1/", .path),
            ("https://h:", .port), ("https://h:0", .port), ("https://h:65536", .port), ("https://h:080", .port),
            ("https://h:+1", .port),
            ("https://h:a", .port), ("https://h:1:2", .port), ("https://[::1]:", .port),
            ("https://h:99999999999999999999", .port),
            ("https://", .host), ("https://:443", .host), ("https://a..b", .host), ("https://.a", .host),
            ("https://a.", .host),
            ("https://-a", .host), ("https://a-", .host), ("https://a b", .host), ("https://a%2eb", .host),
            ("https://a\\b", .host),
            ("https://a\u{0}b", .host), ("https://bücher.example", .host), ("https://１２７.0.0.1", .host),
            ("https://127。0。0。1", .host),
            ("https://\u{212A}.example", .host), ("https://\(label63)x.example", .host), ("https://h\r\nX: y", .host),
            ("https://[::1", .host), ("https://::1", .host), ("https://[::1]x", .host), ("https://[127.0.0.1]", .host),
            ("https://[fe80::1%25eth0]", .host), ("https://[]", .host), ("https://[v1.x]", .host),
            ("https://a,b", .host),
            ("https://\(String(repeating: "a.", count: 127))ab", .host),
            ("https://2130706433", .looseAddress), ("https://127.1", .looseAddress), ("https://127.0.1", .looseAddress),
            ("https://0177.0.0.1", .looseAddress), ("https://0x7f.0.0.1", .looseAddress),
            ("https://0x7f000001", .looseAddress),
            ("https://0X7F.1", .looseAddress), ("https://127.0.0.0x1", .looseAddress), ("https://0", .looseAddress),
            ("https://00000177.1", .looseAddress), ("https://256.256.256.256", .looseAddress),
            ("https://1.2.3.4.5", .looseAddress),
            ("https://example.1", .looseAddress), ("https://example.0x", .looseAddress),
            ("https://017700000001", .looseAddress),
            ("https://127.0.0.1.", .looseAddress), ("https://0x7f.1.", .looseAddress),
            ("https://127.0.0.01", .looseAddress),
        ] as [(String, OriginFault)])
    func refuses(text: String, fault: OriginFault) {
        #expect(throws: fault) { try Origin(parsing: text) }
        #expect(Origin(text) == nil)
    }
}

private let label63 = String(repeating: "a", count: 63)
