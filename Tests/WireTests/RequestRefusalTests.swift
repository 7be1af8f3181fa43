// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A request head is refused")
struct RequestRefusalTests {
    static let startLines: [(String, HeadFault)] = [
        ("", .requestLineMalformed), ("GET", .requestLineMalformed), ("GET /", .requestLineMalformed),
        ("GET / ", .requestLineMalformed), ("GET  / HTTP/1.1", .requestLineMalformed),
        ("GET /  HTTP/1.1", .requestLineMalformed), ("GET / HTTP/1.1 ", .requestLineMalformed),
        (" GET / HTTP/1.1", .requestLineMalformed), ("GET / x HTTP/1.1", .requestLineMalformed),
        ("GET / http/1.1", .requestLineMalformed), ("GET / HTTP/1,1", .requestLineMalformed),
        ("GET / HTTP/11", .requestLineMalformed), ("GET / HTTP/1.10", .requestLineMalformed),
        ("GET / HTTP/+1.1", .requestLineMalformed), ("GET HTTP/1.1", .requestLineMalformed),
        ("G(T / HTTP/1.1", .methodMalformed), ("GET\t/ HTTP/1.1", .methodMalformed),
        ("G\u{e9}T / HTTP/1.1", .methodMalformed), ("GET /\t HTTP/1.1", .targetMalformed),
        ("GET /\u{e9} HTTP/1.1", .targetMalformed), ("GET \t HTTP/1.1", .targetMalformed),
        ("GET / HTTP/2.0", .versionUnsupported), ("GET / HTTP/1.2", .versionUnsupported),
        ("GET / HTTP/0.9", .versionUnsupported), ("GET / HTTP/3.1", .versionUnsupported),
        (String(repeating: "M", count: 33) + " / HTTP/1.1", .methodTooLong),
        ("GET /" + String(repeating: "a", count: 8_192) + " HTTP/1.1", .targetTooLong),
        ("GET /\0 HTTP/1.1", .controlByte), ("GET /\u{7f} HTTP/1.1", .controlByte),
    ]

    @Test("for its request line", arguments: startLines)
    func startLine(_ line: String, _ fault: HeadFault) {
        #expect(parseRequest("\(line)\r\nHost: a\r\n\r\n") == .refused(fault))
    }

    @Test(
        "for a field line",
        arguments: [
            ("X : 1", .spaceBeforeColon), ("X\t: 1", .spaceBeforeColon), ("X \t : 1", .spaceBeforeColon),
            (" X: 1", .foldedLine), ("\tX: 1", .foldedLine), (" ", .foldedLine),
            (": 1", .fieldNameEmpty), ("X", .fieldNameMalformed), ("X Y: 1", .fieldNameMalformed),
            ("X(: 1", .fieldNameMalformed), ("(X: 1", .fieldNameMalformed), ("\u{e9}: 1", .fieldNameMalformed),
            ("X: a\0b", .controlByte), ("X: a\u{1}", .controlByte), ("X: \u{1f}", .controlByte),
            ("X: \u{b}", .controlByte), ("X: \u{7f}", .controlByte), ("X\0: a", .controlByte),
        ] as [(String, HeadFault)])
    func fieldLine(_ line: String, _ fault: HeadFault) {
        #expect(parseRequest(request(line)) == .refused(fault))
        #expect(parseRequest("GET / HTTP/1.1\r\n\(line)\r\nHost: a\r\n\r\n") == .refused(fault))
        #expect(parseResponse(response(line)) == .refused(fault))
    }

    @Test(
        "for a line end other than CRLF",
        arguments: [
            ("GET / HTTP/1.1\nHost: a\n\n", .bareLineFeed), ("GET / HTTP/1.1\r\nHost: a\n\r\n", .bareLineFeed),
            ("GET / HTTP/1.1\r\nHost: a\r\n\n", .bareLineFeed), ("\nGET / HTTP/1.1\r\n\r\n", .bareLineFeed),
            ("GET / HTTP/1.1\rHost: a\r\n\r\n", .bareCarriageReturn),
            ("GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n", .bareCarriageReturn),
            ("GET / HTTP/1.1\r\nHost: a\r\r\n\r\n", .bareCarriageReturn),
            ("GET / HTTP/1.1\r\nHost: a\r\n\rX", .bareCarriageReturn),
            ("\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", .requestLineMalformed),
        ] as [(String, HeadFault)])
    func lineEnd(_ text: String, _ fault: HeadFault) {
        #expect(parseRequest(text) == .refused(fault))
    }

    @Test(
        "for its framing",
        arguments: [
            (["Content-Length: 1", "Transfer-Encoding: chunked"], .lengthAndTransferEncoding),
            (["Transfer-Encoding: chunked", "Content-Length: 0"], .lengthAndTransferEncoding),
            (["Content-Length: 5", "Content-Length: 5"], .contentLengthRepeated),
            (["Content-Length: 5", "content-length: 6"], .contentLengthRepeated),
            (["Content-Length: 5, 5"], .contentLengthMalformed), (["Content-Length:"], .contentLengthMalformed),
            (["Content-Length: +5"], .contentLengthMalformed), (["Content-Length: -5"], .contentLengthMalformed),
            (["Content-Length: 0x5"], .contentLengthMalformed), (["Content-Length: 5_0"], .contentLengthMalformed),
            (["Content-Length: 5 0"], .contentLengthMalformed), (["Content-Length: 5.0"], .contentLengthMalformed),
            (["Content-Length: 9007199254740993"], .contentLengthMalformed),
            (["Content-Length: 99999999999999999999999999"], .contentLengthMalformed),
            (["Content-Length: 18446744073709551617"], .contentLengthMalformed),
            (["Transfer-Encoding: gzip, chunked"], .transferEncodingUnsupported),
            (["Transfer-Encoding: chunked, chunked"], .transferEncodingUnsupported),
            (["Transfer-Encoding: chunked;q=1"], .transferEncodingUnsupported),
            (["Transfer-Encoding: \u{b}chunked"], .controlByte),
            (["Transfer-Encoding: xchunked"], .transferEncodingUnsupported),
            (["Transfer-Encoding: identity"], .transferEncodingUnsupported),
            (["Transfer-Encoding:"], .transferEncodingUnsupported),
            (["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"], .transferEncodingRepeated),
            (["Transfer-Encoding: chunked", "Transfer-Encoding: identity"], .transferEncodingRepeated),
        ] as [([String], HeadFault)])
    func framing(_ lines: [String], _ fault: HeadFault) {
        let fields = lines.map { $0 + "\r\n" }.joined()
        #expect(parseRequest("POST / HTTP/1.1\r\nHost: a\r\n\(fields)\r\n") == .refused(fault))
        #expect(parseResponse("HTTP/1.1 200 OK\r\n\(fields)\r\n") == .refused(fault))
    }

    @Test("for Transfer-Encoding in HTTP/1.0")
    func oldVersion() {
        let lines = "Transfer-Encoding: chunked\r\n\r\n"
        #expect(parseRequest("POST / HTTP/1.0\r\n\(lines)") == .refused(.transferEncodingInHTTP10))
        #expect(parseResponse("HTTP/1.0 200 OK\r\n\(lines)") == .refused(.transferEncodingInHTTP10))
    }

    @Test(
        "for its Host",
        arguments: [
            ("", .hostMissing), ("Host: a\r\nHost: a\r\n", .hostRepeated), ("Host: a\tb\r\n", .hostMalformed),
            ("Host: a b\r\n", .hostMalformed), ("Host: a/b\r\n", .hostMalformed), ("Host: u@a\r\n", .hostMalformed),
            ("Host: a?b\r\n", .hostMalformed), ("Host: a#b\r\n", .hostMalformed), ("Host: a\\b\r\n", .hostMalformed),
            ("Host: \u{e9}\r\n", .hostMalformed), ("Host: a\u{1}\r\n", .controlByte), ("Host: a\0\r\n", .controlByte),
        ] as [(String, HeadFault)])
    func host(_ lines: String, _ fault: HeadFault) {
        #expect(parseRequest("GET / HTTP/1.1\r\n\(lines)\r\n") == .refused(fault))
    }

    @Test("for the 101st field, but not for the 100th")
    func fields() {
        let many = String(repeating: "X: 1\r\n", count: 99)
        #expect(parseRequest("GET / HTTP/1.1\r\nHost: a\r\n\(many)\r\n") == .complete)
        #expect(parseRequest("GET / HTTP/1.1\r\nHost: a\r\n\(many)Y: 1\r\n") == .refused(.tooManyFields))
    }

    @Test("for its length: 16,384 bytes pass, one more does not, and no end within them is enough to say so")
    func length() {
        let start = "GET / HTTP/1.1\r\nHost: a\r\nX: "
        let room = HeadParser.requestLimit - start.utf8.count - 4
        let value = String(repeating: "v", count: room)
        #expect(parseRequest(start + value + "\r\n\r\n") == .complete)
        #expect(parseRequest(start + value + "v\r\n\r\n") == .refused(.headTooLarge))
        #expect(parseRequest(start + value + "vvv") == .incomplete)
        #expect(parseRequest(start + value + "vvvv") == .refused(.headTooLarge))
        #expect(parseResponse("HTTP/1.1 200 \r\nX: " + value + value.dropLast(8) + "\r\n\r\n") == .complete)
    }

    @Test("for a target of more than 8,192 bytes")
    func target() {
        let target = "/" + String(repeating: "a", count: 8_191)
        #expect(parseRequest("GET \(target) HTTP/1.1\r\nHost: a\r\n\r\n") == .complete)
        #expect(parseRequest("GET \(target)a HTTP/1.1\r\nHost: a\r\n\r\n") == .refused(.targetTooLong))
    }

    @Test("and stays refused, whatever comes later, until the reset")
    func sticky() {
        let bad = Array("GET / HTTP/1.1\r\nHost: a\r\nX : 1\r\n\r\n".utf8)
        var parser = HeadParser()
        #expect(parser.parseRequest(bad) == .refused(.spaceBeforeColon))
        #expect(parser.parseRequest((bad + bad)) == .refused(.spaceBeforeColon))
        parser.reset()
        #expect(parser.parseRequest(Array(request().utf8)) == .complete)
    }

    @Test("with a code of its own and the fitting status")
    func codes() {
        #expect(Set(HeadFault.allCases.map(\.code)).count == HeadFault.allCases.count)
        #expect(Set(HeadFault.allCases.map(\.status)) == [400, 414, 431, 501, 505])
        #expect(HeadFault.targetTooLong.status == 414 && HeadFault.headTooLarge.status == 431)
        #expect(HeadFault.transferEncodingUnsupported.status == 501 && HeadFault.versionUnsupported.status == 505)
    }
}
