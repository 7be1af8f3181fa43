// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A request head")
struct RequestHeadTests {
    @Test("is read into its parts, by offsets, and ends where the body begins")
    func parts() throws {
        let text = "POST /v1/verify?x=1 HTTP/1.1\r\nHost: a.example:80\r\nX-API-Key: \t k1 \t\r\nempty:\r\n\r\n"
        let bytes = Array((text + "BODY").utf8)
        var parser = HeadParser()
        #expect(parser.parseRequest(bytes) == .complete)
        let fields = [["Host", "a.example:80"], ["X-API-Key", "k1"], ["empty", ""]]
        let plain = PlainRequest(method: "POST", target: "/v1/verify?x=1", minorVersion: 1, fields: fields)
        #expect(PlainRequest(parser.request, in: bytes) == plain)
        #expect(parser.request.byteCount == text.utf8.count)
        #expect(parser.request.fields.map(\.known) == [.host, .xAPIKey, .other])
    }

    @Test(
        "says how its body is framed",
        arguments: [
            (request(), Framing.none),
            (request("Content-Length: 0"), .length(0)),
            (request("content-length: 0042"), .length(42)),
            (request("Content-Length: 9007199254740992"), .length(1 << 53)),
            (request("Transfer-Encoding: CHUNKED"), .chunked),
        ])
    func framing(_ text: String, _ expected: Framing) {
        var parser = HeadParser()
        #expect(parser.parseRequest(Array(text.utf8)) == .complete)
        #expect(parser.request.framing == expected)
    }

    @Test(
        "says whether the connection lives on",
        arguments: [
            (1, [], true), (1, ["close"], false), (1, ["keep-alive"], true), (1, ["x, CLOSE ,y"], false),
            (1, ["x", "close"], false), (1, ["closed"], true), (0, [], false), (0, ["Keep-Alive"], true),
            (0, ["keep-alive, close"], false),
        ] as [(Int, [String], Bool)])
    func keepAlive(_ minor: Int, _ options: [String], _ expected: Bool) {
        let lines = options.map { "Connection: \($0)\r\n" }.joined()
        var parser = HeadParser()
        #expect(parser.parseRequest(Array("GET / HTTP/1.\(minor)\r\nHost: a\r\n\(lines)\r\n".utf8)) == .complete)
        #expect(parser.request.keepAlive == expected)
    }

    @Test(
        "says whether the client waits for 100 Continue, which HTTP/1.0 cannot",
        arguments: [("1.1", "100-Continue", true), ("1.1", "200-ok", false), ("1.0", "100-continue", false)])
    func expects(_ version: String, _ value: String, _ expected: Bool) {
        var parser = HeadParser()
        let text = "PUT / HTTP/\(version)\r\nHost: a\r\nExpect: \(value)\r\n\r\n"
        #expect(parser.parseRequest(Array(text.utf8)) == .complete)
        #expect(parser.request.expectsContinue == expected)
    }

    @Test("may leave out Host in HTTP/1.0, leave it empty, or name an IPv6 address")
    func hosts() {
        #expect(parseRequest("GET / HTTP/1.0\r\n\r\n") == .complete)
        #expect(parseRequest("GET / HTTP/1.1\r\nHost:\r\n\r\n") == .complete)
        #expect(parseRequest("GET / HTTP/1.1\r\nHost: [::1]:7100\r\n\r\n") == .complete)
    }

    @Test("may carry bytes above 0x7f and tabs in a value")
    func obsText() {
        var parser = HeadParser()
        let bytes = Array("GET / HTTP/1.1\r\nHost: a\r\nX: a\tb".utf8) + [0xff, 0x80, 13, 10, 13, 10]
        #expect(parser.parseRequest(bytes) == .complete)
        #expect(bytes.copy(parser.request.fields[1].value) == Array("a\tb".utf8) + [0xff, 0x80])
    }

    @Test("finds a field by name, counts it, and knows what Connection lists")
    func lookUp() throws {
        let bytes = Array(request("Connection: TE, X-Secret", "X-Secret: 1", "Cookie: a", "cookie: b").utf8)
        var parser = HeadParser()
        #expect(parser.parseRequest(bytes) == .complete)
        let fields = parser.request.fields
        #expect(bytes.text(try #require(fields.first(.cookie)).value) == "a")
        #expect(fields.count(of: .cookie) == 2)
        #expect(fields.contains(.connection) && !fields.contains(.authorization))
        #expect(fields.first(.authorization) == nil && fields.count(of: .via) == 0)
        let listed = fields.filter { fields.isConnectionOption($0.name, in: bytes) }
        #expect(listed.map { bytes.text($0.name) } == ["X-Secret"])
    }

    @Test("is followed by the next on the same connection after a reset")
    func pipelined() {
        let first = Array(request("Cookie: a").utf8)
        let bytes = first + Array("DELETE /x HTTP/1.1\r\nHost: b\r\n\r\n".utf8)
        var parser = HeadParser()
        #expect(parser.parseRequest(bytes) == .complete)
        #expect(parser.request.byteCount == first.count)
        parser.reset()
        let rest = Array(bytes[first.count...])
        #expect(parser.parseRequest(rest) == .complete)
        #expect(PlainRequest(parser.request, in: rest).fields == [["Host", "b"]])
        #expect(!parser.request.fields.contains(.cookie))
    }
}
