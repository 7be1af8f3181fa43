// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A response head")
struct ResponseHeadTests {
    @Test("is read into its parts")
    func parts() {
        let text = "HTTP/1.0 404 Not \tFound\r\nRetry-After: 1\r\n\r\n"
        let bytes = Array((text + "rest").utf8)
        var parser = HeadParser()
        #expect(parser.parseResponse(bytes, answersHEAD: false) == .complete)
        #expect(parser.response.status == 404)
        #expect(bytes.text(parser.response.reason) == "Not \tFound")
        #expect(parser.response.minorVersion == 0)
        #expect(parser.response.byteCount == text.utf8.count)
        #expect(parser.response.fields.map(\.known) == [.retryAfter])
    }

    @Test(
        "says how its body is framed",
        arguments: [
            ("200 OK", "", false, .untilClose, false), ("200 ", "", false, .untilClose, false),
            ("200 OK", "Content-Length: 3\r\n", false, .length(3), true),
            ("200 OK", "Transfer-Encoding: chunked\r\n", false, .chunked, true),
            ("200 OK", "Content-Length: 3\r\n", true, .none, true), ("200 OK", "", true, .none, true),
            ("200 OK", "Transfer-Encoding: chunked\r\n", true, .none, true),
            ("304 Not Modified", "Content-Length: 3\r\n", false, .none, true),
            ("204 No Content", "", false, .none, true), ("204 No Content", "Content-Length: 0\r\n", false, .none, true),
            ("204 No Content", "Transfer-Encoding: chunked\r\n", false, .none, false),
            ("100 Continue", "", false, .none, true), ("103 Early Hints", "Link: x\r\n", false, .none, true),
            ("200 OK", "Content-Length: 3\r\nConnection: close\r\n", false, .length(3), false),
            ("999 Odd", "Content-Length: 3\r\n", false, .length(3), true),
        ] as [(String, String, Bool, Framing, Bool)])
    func framing(_ status: String, _ fields: String, _ answersHEAD: Bool, _ framing: Framing, _ keepAlive: Bool) {
        var parser = HeadParser()
        let bytes = Array("HTTP/1.1 \(status)\r\n\(fields)\r\n".utf8)
        #expect(parser.parseResponse(bytes, answersHEAD: answersHEAD) == .complete)
        #expect(parser.response.framing == framing)
        #expect(parser.response.keepAlive == keepAlive)
    }

    @Test(
        "is refused for its status line",
        arguments: [
            ("", .statusLineMalformed), ("HTTP/1.1", .statusLineMalformed), ("HTTP/1.1 200", .statusLineMalformed),
            ("HTTP/1.1 20 OK", .statusLineMalformed), ("HTTP/1.1 2000 OK", .statusLineMalformed),
            ("HTTP/1.1  200 OK", .statusLineMalformed), ("HTTP/1.1 2x0 OK", .statusLineMalformed),
            ("HTTP/1.1 099 OK", .statusLineMalformed), ("HTTP/1.1 -20 OK", .statusLineMalformed),
            ("HTTP/1.1\t200 OK", .statusLineMalformed), ("http/1.1 200 OK", .statusLineMalformed),
            ("ICY 200 OK", .statusLineMalformed), ("HTTP/1.2 200 OK", .versionUnsupported),
            ("HTTP/2.0 200 OK", .versionUnsupported), ("HTTP/1.1 200 O\0K", .controlByte),
        ] as [(String, HeadFault)])
    func statusLine(_ line: String, _ fault: HeadFault) {
        #expect(parseResponse("\(line)\r\n\r\n") == .refused(fault))
    }

    @Test("is refused beyond 32,768 bytes")
    func length() {
        let start = "HTTP/1.1 200 OK\r\nX: "
        let value = String(repeating: "v", count: HeadParser.responseLimit - start.utf8.count - 4)
        #expect(parseResponse(start + value + "\r\n\r\n") == .complete)
        #expect(parseResponse(start + value + "v\r\n\r\n") == .refused(.headTooLarge))
    }
}
