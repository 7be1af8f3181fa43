// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import Testing
import Wire

@Suite("Header hygiene")
struct HeaderHygieneTests {
    @Test(
        "keeps back what the caller must not send",
        arguments: [
            "Host: evil", "Content-Length: 3", "Connection: close", "Keep-Alive: 5", "Proxy-Connection: x",
            "TE: trailers",
            "Trailer: X", "Upgrade: h2c", "Expect: 100-continue", "Authorization: Bearer mine",
            "AUTHORIZATION: Bearer mine", "Proxy-Authorization: Basic x", "Cookie: a=b", "X-API-Key: k", "x-api-key: k",
            "X-Bitting-Key-Id: 1", "x-bitting-anything: 1", "X-HTTP-Method-Override: DELETE", "X-HTTP-Method: DELETE",
            "X-Method-Override: DELETE", "X-Original-URL: /admin", "X-Original-URI: /admin", "X-Original-Host: h",
            "X-Rewrite-URL: /admin",
            "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: h", "X-Forwarded-Port: 1", "X-Forwarded-Prefix: /a",
            "Forwarded: for=x",
            "X-Real-IP: 127.0.0.1", "Carrier-Token: mine", "CARRIER-TOKEN: mine", "X_Api_Key: k", "X_Forwarded_For: 1",
            "Set-Cookie: a=b", "WWW-Authenticate: Basic",
        ])
    func keepsBack(line: String) throws {
        #expect(try forwarded([line, "Accept: a/b"]) == "Accept: a/b\r\n")
    }

    @Test(
        "lets through what the upstream needs, as it was written",
        arguments: [
            "Accept: text/html", "content-type:application/json", "User-Agent:  x  ", "Idempotency-Key: 7",
            "Range: bytes=0-1",
            "If-None-Match: \"x\"", "Accept-Encoding: gzip", "Date: now", "Via: 1.1 me", "Stripe-Version: 2024",
            "X-Api-Keys: 1",
            "Carrier-Token-2: x", "Origin: https://x", "X-Empty:",
        ])
    func passes(line: String) throws {
        #expect(try forwarded(["Host: h", line, "Cookie: c"]) == line + "\r\n")
    }

    @Test("drops what any Connection field names, and cannot be told to drop what is set later")
    func connectionOptions() throws {
        let lines = [
            "X-One: 1", "Connection: x-one, , X-Two", "X-Two: 2", "X-Three: 3", "connection: authorization,accept",
            "Accept: a",
        ]
        #expect(try forwarded(lines) == "X-Three: 3\r\n")
    }

    @Test("finds the fields to keep back in every order among others")
    func everyOrder() throws {
        var random = Seeded(state: 3)
        let good = (0..<8).map { "X-Good-\($0): \($0)" }
        let bad = [
            "Cookie: c", "Connection: close, x-listed", "X-Listed: l", "Authorization: a", "TE: t", "X-Api-Key: k",
        ]
        for _ in 0..<200 {
            let lines = (good + bad).shuffled(using: &random)
            #expect(try forwarded(lines) == lines.filter(good.contains).map { $0 + "\r\n" }.joined())
        }
    }

    @Test("without a credential field only the fixed slots are closed")
    func noCredentialField() throws {
        #expect(try forwarded(["Carrier-Token: x"], credentialField: nil) == "Carrier-Token: x\r\n")
    }

    @Test("appends, and touches nothing that is there")
    func appends() throws {
        var out = ByteBuffer(string: "GET / HTTP/1.1\r\n")
        let (head, bytes) = try request(["A: 1", "Cookie: c", "B: 2"])
        HeaderHygiene().forward(head, in: bytes, into: &out)
        #expect(String(buffer: out) == "GET / HTTP/1.1\r\nA: 1\r\nB: 2\r\n")
    }

    @Test(
        "keeps back what concerns only us and the upstream",
        arguments: [
            "Connection: close", "Keep-Alive: 5", "Transfer-Encoding: chunked", "Trailer: x", "Upgrade: h2c",
            "Set-Cookie: a=b",
            "Set-Cookie2: a=b", "WWW-Authenticate: Basic", "Proxy-Authenticate: Basic", "Authentication-Info: x",
            "Proxy-Authentication-Info: x", "Alt-Svc: h2=\":443\"", "X-Bitting-Error: forged", "Proxy-Connection: x",
            "TE: x",
        ])
    func answerKeepsBack(line: String) throws {
        #expect(try handedBack([line, "Server: s"]) == "Server: s\r\n")
    }

    @Test("hands back the rest of an answer, redirects included")
    func answerPasses() throws {
        let lines = [
            "Location: https://other.example/", "Content-Type: a/b", "ETag: \"x\"", "Retry-After: 1", "X-Request-Id: 1",
            "Date: d",
        ]
        #expect(try handedBack(["Content-Length: 0"] + lines) == lines.map { $0 + "\r\n" }.joined())
        #expect(try handedBack(["Connection: x-hop", "X-Hop: 1", "X-Stay: 2"]) == "X-Stay: 2\r\n")
    }

    private func request(_ lines: [String]) throws -> (RequestHead, ByteBuffer) {
        let host = lines.contains { $0.lowercased().hasPrefix("host:") } ? [] : ["Host: h"]
        let bytes = ByteBuffer(string: (["POST /p HTTP/1.1"] + host + lines).joined(separator: "\r\n") + "\r\n\r\n")
        var parser = HeadParser()
        #expect(parser.parseRequest(bytes.readableBytesUInt8Span) == .complete)
        return (parser.request, bytes)
    }

    private func forwarded(_ lines: [String], credentialField: String? = "Carrier-Token") throws -> String {
        let (head, bytes) = try request(lines)
        var out = ByteBuffer()
        HeaderHygiene(credentialField: credentialField).forward(head, in: bytes, into: &out)
        return String(buffer: out)
    }

    private func handedBack(_ lines: [String]) throws -> String {
        // Behind the head, as in life, there is a body.
        let bytes = ByteBuffer(string: (["HTTP/1.1 200 OK"] + lines).joined(separator: "\r\n") + "\r\n\r\nbody")
        var parser = HeadParser()
        #expect(parser.parseResponse(bytes.readableBytesUInt8Span, answersHEAD: false) == .complete)
        var out = ByteBuffer()
        HeaderHygiene().forward(parser.response, in: bytes, into: &out)
        return String(buffer: out)
    }
}
