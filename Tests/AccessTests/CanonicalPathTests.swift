// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@Suite struct CanonicalPathTests {
    private static func read(_ bytes: [UInt8]) -> CanonicalPath.Reading {
        // Surroundings that would change the answer, were they looked at.
        let framed = Array("/..".utf8) + bytes + Array("/../%2e".utf8)
        return CanonicalPath.read(framed.span, 3..<(3 + bytes.count))
    }

    private static func read(_ text: String) -> CanonicalPath.Reading { read(Array(text.utf8)) }

    @Test(
        "a canonical path is left as it was written",
        arguments: [
            "/", "/a", "/a/", "/a/b", "/.hidden", "/a.b", "/...", "/a..", "/..a", "/a/..b/c", "/-._~", "/a;b=c",
            "/a:b@c",
            "/a!$&'()*+,;=b", "/%20", "/%C3%A9", "/%3F", "/%23", "/a%3Bb", "/0", "/%5B%5D", "/.a./.b.", "/....",
            "/a;..",
        ])
    func asWritten(path: String) {
        #expect(Self.read(path) == .asWritten)
    }

    @Test(
        "equal paths are brought to one form",
        arguments: [
            ("/%41", "/A"), ("/%7e", "/~"), ("/%61%62", "/ab"), ("/%c3%a9", "/%C3%A9"), ("/%2d%5f", "/-_"),
            ("/%3f", "/%3F"),
            ("/a%20b/%7A", "/a%20b/z"), ("/%30", "/0"),
        ])
    func rewritten(path: String, canonical: String) {
        #expect(Self.read(path) == .rewritten(Array(canonical.utf8)))
    }

    @Test(
        "what two parsers could read differently is refused",
        arguments: [
            "", "a", "a/b", "*", "http://a/b", "/.", "/..", "/./", "/../", "/a/.", "/a/..", "/a/./b", "/a/../b", "/..;",
            "/..;x/b",
            "/.;/b", "/a/..;a=b/c", "//", "//a", "/a//b", "/a//", "///", "/%2e", "/%2E", "/%2e%2e", "/%2e%2e/a",
            "/a/%2e./b",
            "/.%2e/a", "/a%2eb", "/%2f", "/%2F", "/a%2fb", "/%5c", "/%5C", "/a%5cb", "/\\", "/a\\b", "/..\\a", "/%25",
            "/%252e",
            "/%252f", "/%25%32%65", "/%00", "/a%00b", "/%0a", "/%0d%0a", "/%1f", "/%7f", "/%7F", "/%", "/%4", "/%g1",
            "/%1g", "/%%",
            "/%u002e", "/% 41", "/a b", "/a?b", "/a#b", "/a\tb", "/a\u{0}b", "/a\nb", "/a\u{7F}b", "/é", "/<a>", "/\"",
            "/`", "/{a}",
            "/|", "/^", "/[a]", "/%C3", "/%C3%28", "/%A9", "/%C0%AF", "/%C0%AE", "/%E0%80%AF", "/%ED%A0%80",
            "/%F5%80%80%80", "/%FF",
            "/%FE%FF", "/%c3/%a9", "/%E2%82", "/..%3B/a", "/.%3b", "/a/..%3bx/b",
        ])
    func refused(path: String) {
        #expect(Self.read(path) == .refused)
    }

    @Test("octets that are not ASCII are refused wherever they stand, encoded or not, unless they are UTF-8")
    func octets() {
        for octet in 0...255 {
            let digits = Array("0123456789abcdef".utf8)
            let encoded = Array("/a%".utf8) + [digits[octet >> 4], digits[octet & 15]]
            let mustRefuse = octet < 0x20 || octet >= 0x7F || [0x2E, 0x2F, 0x5C, 0x25].contains(octet)
            #expect((Self.read(encoded) == .refused) == mustRefuse, "%\(octet)")
            let raw = Array("/a".utf8) + [UInt8(octet)] + Array("b".utf8)
            if octet <= 0x20 || octet >= 0x7F { #expect(Self.read(raw) == .refused, "\(octet)") }
        }
    }

    @Test("a canonical form is its own canonical form, and holds nothing that is refused")
    func idempotent() {
        var random = Seeded(4)
        let pieces = [
            "/", "a", ".", "..", ";", "%41", "%2e", "%2F", "%7e", "%c3%a9", "%C3", "%A9", "%20", "b", "%3b", "%3B", "-",
            "%25", "~", "%",
        ]
        var (kept, rewritten) = (0, 0)
        for _ in 0..<40_000 {
            let path = "/" + (0..<random.below(7)).map { _ in random.pick(pieces) }.joined()
            switch Self.read(path) {
            case .refused: break
            case .asWritten: kept += 1
            case .rewritten(let canonical):
                rewritten += 1
                #expect(canonical != Array(path.utf8))
                #expect(Self.read(canonical) == .asWritten, "\(path)")
            }
        }
        #expect(kept > 1000)
        #expect(rewritten > 1000)
    }

    @Test("what passes means the same after one more decoding: no segment becomes dots, no separator appears")
    func decodedOnce() {
        var random = Seeded(5)
        let pieces = ["/", "a", ".", "..", ";", "%41", "%2e", "%2F", "%5c", "%3b", "%3B", "%25", "%20", "%c3%a9"]
        for _ in 0..<40_000 {
            let path = "/" + (0..<random.below(6)).map { _ in random.pick(pieces) }.joined()
            guard Self.read(path) != .refused else { continue }
            let decoded = Self.decoded(Array(path.utf8))
            #expect(decoded.count { $0 == 0x2F } == path.utf8.count { $0 == 0x2F }, "\(path)")
            for segment in decoded.split(separator: 0x2F) {
                let name = Array(segment.prefix { $0 != 0x3B })
                #expect(name != [0x2E] && name != [0x2E, 0x2E], "\(path)")
            }
        }
    }

    private static func decoded(_ bytes: [UInt8]) -> [UInt8] {
        var decoded: [UInt8] = []
        var rest = bytes[...]
        while let byte = rest.popFirst() {
            if byte == 0x25, let octet = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                decoded.append(octet)
                rest = rest.dropFirst(2)
            } else {
                decoded.append(byte)
            }
        }
        return decoded
    }
}
