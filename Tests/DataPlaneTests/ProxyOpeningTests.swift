// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import NIOCore
import TestKit
import Testing
import Wire

@testable import DataPlane

@Suite struct ProxyOpeningTests {
    private static let key = sample(1)
    private static let other = sample(2)

    private static func sample(_ seed: UInt64) -> String {
        var maker = KeyMaker(seed: seed)
        return maker.key().string
    }

    private func read(_ fields: [String]) throws -> ProxyCredentials.Outcome {
        let lines = fields.map { "Proxy-Authorization: \($0)\r\n" }.joined()
        let bytes = Array("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\(lines)\r\n".utf8)
        var parser = HeadParser()
        try #require(parser.parseRequest(bytes.span) == .complete)
        return ProxyCredentials.read(parser.request.fields, bytes.span)
    }

    private func basic(_ text: String) -> String {
        var encoded: [UInt8] = []
        Base64.encode(Array(text.utf8), into: &encoded)
        return "Basic " + String(decoding: encoded, as: UTF8.self)
    }

    @Test(
        "the key is found as user name, as password and as a bearer token, with or without a name beside it",
        arguments: [
            ("\(key):", nil), ("\(key)", nil), (":\(key)", nil), ("x:\(key)", nil), ("bitting:\(key)", nil),
            ("\(key):x", nil), ("\(key):\(key)", nil), ("stripe-test:\(key)", "stripe-test"),
            ("\(key):stripe-test", "stripe-test"),
        ] as [(String, String?)])
    func forms(pair: String, name: String?) throws {
        let wanted = ProxyCredentials(key: Array(Self.key.utf8), integration: name.map { Array($0.utf8) })
        #expect(try read([basic(pair)]) == .shown(wanted))
    }

    @Test("a bearer token is taken as it is")
    func bearer() throws {
        let wanted = ProxyCredentials(key: Array(Self.key.utf8), integration: nil)
        #expect(try read(["bearer  \(Self.key) "]) == .shown(wanted))
    }

    @Test("a key that another system made is the user name, unless there is none")
    func foreign() throws {
        let wanted = ProxyCredentials(key: Array("sk_old".utf8), integration: Array("stripe".utf8))
        #expect(try read([basic("sk_old:stripe")]) == .shown(wanted))
        let alone = ProxyCredentials(key: Array("sk_old".utf8), integration: nil)
        #expect(try read([basic(":sk_old")]) == .shown(alone))
    }

    @Test(
        "what holds no key, two of them, or is of another scheme is not read",
        arguments: ["Basic", "Basic ", "Basic !!!", "Basic Og==", "Digest a=b", "Bearer", "Bearer ", key])
    func unreadable(value: String) throws {
        #expect(try read([value]) == .unreadable)
    }

    @Test("two different keys and two fields are not read, and no field is none")
    func ambiguous() throws {
        #expect(try read([basic("\(Self.key):\(Self.other)")]) == .unreadable)
        #expect(try read([basic(Self.key + ":"), basic(Self.key + ":")]) == .unreadable)
        #expect(try read([]) == .absent)
    }

    @Test(
        "a target is a host and a port, and nothing else",
        arguments: [
            ("api.example:443", "https://api.example"), ("API.Example:8443", "https://api.example:8443"),
            ("127.0.0.1:443", "https://127.0.0.1"), ("[::1]:8443", "https://[::1]:8443"), ("api.example", nil),
            ("api.example:", nil), ("api.example:0", nil), ("api.example:65536", nil), ("api.example:+1", nil),
            (":443", nil), ("u@api.example:443", nil), ("api.example:443/", nil), ("https://api.example:443", nil),
            ("2130706433:443", nil), ("127.1:443", nil), ("0x7f.1:443", nil), ("[::1", nil), ("::1:443", nil),
            ("api.example.:443", nil), ("a b:443", nil), ("*", nil), ("/", nil),
        ] as [(String, String?)])
    func targets(text: String, origin: String?) {
        let bytes = Array(text.utf8)
        #expect(Origin(connecting: Slice(start: 0, end: bytes.count), in: bytes.span)?.description == origin)
    }

    @Test(
        "a rule for blind tunnels lets through what it names",
        arguments: [
            ("pypi.org", "https://pypi.org", true), ("pypi.org", "https://pypi.org:8443", false),
            ("pypi.org", "https://files.pypi.org", false), ("PyPI.org:443", "https://pypi.org", true),
            ("mirror:8443", "https://mirror:8443", true), ("mirror:8443", "https://mirror", false),
            ("*.example.com", "https://a.example.com", true), ("*.example.com", "https://a.b.example.com", true),
            ("*.example.com", "https://example.com", false), ("*.example.com", "https://badexample.com", false),
            ("*.example.com", "https://example.com.evil.net", false),
            ("*.example.com:8443", "https://a.example.com", false),
            ("10.1.2.3", "https://10.1.2.3", true), ("[::1]:8443", "https://[::1]:8443", true),
        ])
    func tunnelRules(rule: String, origin: String, isAllowed: Bool) throws {
        #expect(try #require(TunnelRule(rule)).allows(try #require(Origin(origin))) == isAllowed)
    }

    @Test(
        "what names no host is no rule",
        arguments: [
            "", "*", "*.", "*.*.example", "https://pypi.org", "pypi.org/x", "pypi.org:0", "*.10.0.0.1", "a*.b", "127.1",
        ])
    func noRules(text: String) {
        #expect(TunnelRule(text) == nil)
    }
}
