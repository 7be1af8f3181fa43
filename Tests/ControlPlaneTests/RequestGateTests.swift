// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import ControlPlane

/// The gate by itself: bytes in, the same bytes or nothing out.
@Suite struct RequestGateTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let post = "POST /v1/keys HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}"
    private static let chunked =
        "POST /v1/keys HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\nA: b\r\n\r\n"

    /// A channel with a gate, and what it let through.
    private struct Line {
        let channel: EmbeddedChannel
        let gate: RequestGate

        init() throws {
            gate = RequestGate()
            channel = EmbeddedChannel(handler: gate)
            try channel.connect(to: .init(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        /// Sends and gives what came through; nil once the gate has refused.
        func send(_ text: String) throws -> String? {
            do {
                try channel.writeInbound(ByteBuffer(string: text))
            } catch is HTTPParserError {
                return nil
            }
            return try received()
        }

        func received() throws -> String {
            var all = ""
            while let part = try channel.readInbound(as: ByteBuffer.self) { all += String(buffer: part) }
            return all
        }
    }

    @Test(arguments: [get, post, chunked, get + get, post + chunked + get])
    func `well-formed requests pass unchanged, however they are cut`(_ text: String) throws {
        #expect(try Line().send(text) == text)
        for cut in 1..<text.utf8.count {
            let line = try Line()
            let first = String(decoding: Array(text.utf8)[..<cut], as: UTF8.self)
            let rest = String(decoding: Array(text.utf8)[cut...], as: UTF8.self)
            let passed = (try line.send(first) ?? "-") + (try line.send(rest) ?? "-")
            #expect(passed == text, "cut at \(cut)")
        }
    }

    static let malformed = [
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1, 1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
        "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", "GET / HTTP/1.1\nHost: a\n\n",
        "GET / HTTP/1.1\r\nHost: a\n\r\n", "GET / HTTP/1.1\r\nHost: a\rX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost : a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: b\r\n c\r\n\r\n", "GET / HTTP/1.1\r\n Host: a\r\n\r\n",
        "GET / HTTP/1.1\r\nX: b\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX: \u{0}\r\n\r\n",
        "GET / HTTP/2.0\r\n\r\n",
        "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET /ä HTTP/1.1\r\nHost: a\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n",
        "\u{16}\u{3}\u{1}\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nX: " + String(repeating: "x", count: 17_000),
        "GET /" + String(repeating: "x", count: 9_000) + " HTTP/1.1\r\nHost: a\r\n\r\n",
    ]

    @Test(arguments: malformed)
    func `a malformed head is refused and nothing of it passes`(_ text: String) throws {
        let line = try Line()
        #expect(try line.send(text + Self.get) == nil)
        #expect(try line.received().isEmpty)
        #expect(line.gate.problem != nil)
        #expect(try line.send(Self.get) == "", "nothing passes after a refusal")
    }

    @Test(arguments: malformed)
    func `what stood before a malformed head has passed`(_ text: String) throws {
        let line = try Line()
        #expect(try line.send(Self.get + text) == nil)
        #expect(try line.received() == Self.get)
        #expect(line.gate.open == 2)
    }

    @Test(arguments: [
        "x\r\n", "-1\r\n{\r\n", "0x1\r\n{\r\n", "1 \r\n{\r\n", "1\n{\r\n", "1\r\n{}", "1\r\n{\n",
        "FFFFFFFFFFFFFFFFF\r\n", "1_0\r\n", "1;a\nb\r\n",
        "0\r\nA\r\n\r\n", "0\r\nA : b\r\n\r\n", "0\r\n\n", "1;" + String(repeating: "x", count: 300) + "\r\n{\r\n",
    ])
    func `a broken chunk is refused`(_ body: String) throws {
        let line = try Line()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(try line.send(head) == head)
        #expect(try line.send(body) == nil)
        #expect(line.gate.problem != nil)
    }

    @Test func `a head must arrive within its time`() throws {
        let line = try Line()
        #expect(try line.send("GET / HTTP/1.1\r\n") == "")
        line.channel.embeddedEventLoop.advanceTime(by: RequestGate.headLimit - .milliseconds(1))
        #expect(try line.send("Host: a\r\n") == "")
        #expect(line.channel.isActive)
        line.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!line.channel.isActive)
    }

    @Test func `a whole head stops the clock, a body has one of its own`() throws {
        let line = try Line()
        #expect(try line.send("GET / HT") == "")
        #expect(try line.send("TP/1.1\r\nHost: a\r\n\r\n")?.isEmpty == false)
        line.channel.embeddedEventLoop.advanceTime(by: .hours(1))
        #expect(line.channel.isActive)
        _ = try line.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n")
        line.channel.embeddedEventLoop.advanceTime(by: RequestGate.bodyLimit - .milliseconds(1))
        #expect(line.channel.isActive)
        line.channel.embeddedEventLoop.advanceTime(by: .milliseconds(1))
        #expect(!line.channel.isActive)
    }

    @Test func `behind a body that is too long nothing is read`() throws {
        let declared = try Line()
        let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(Door.longestBody + 1)\r\n\r\n"
        #expect(try declared.send(head + "xxx") == head)
        #expect(try declared.send(String(repeating: "x", count: 1000)) == "")

        let chunked = try Line()
        let start = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n"
        var passed = try #require(try chunked.send(start)).utf8.count
        for _ in 0..<40 { passed += try #require(try chunked.send(String(repeating: "x", count: 65_536))).utf8.count }
        #expect(passed > Door.longestBody)
        #expect(passed < Door.longestBody + 2 * 65_536)
    }

    @Test func `a client that waits for 100 is told to go on`() throws {
        let line = try Line()
        _ = try line.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
        let told = try line.channel.readOutbound(as: ByteBuffer.self).map { String(buffer: $0) }
        #expect(told == "HTTP/1.1 100 Continue\r\n\r\n")
        let long = try Line()
        _ = try long.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\nExpect: 100-continue\r\n\r\n")
        #expect(try long.channel.readOutbound(as: ByteBuffer.self) == nil)
    }

    @Test(arguments: ["HTTP/1.1\r\nHost: a\r\nConnection: close", "HTTP/1.0\r\nHost: a"])
    func `behind the last request of a connection nothing is read`(_ rest: String) throws {
        let line = try Line()
        let last = "GET / \(rest)\r\n\r\n"
        #expect(try line.send(last + Self.get) == last)
        #expect(line.gate.endsAfterThis)
    }

    private static let endless =
        "POST /v1/keys/import HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-ndjson\r\n"

    @Test(arguments: ["", "?x=1"])
    func `a body that is read as it comes may be of any length, on its path alone`(_ query: String) throws {
        let piece = String(repeating: " ", count: 1 << 20)
        let head = Self.endless.replacing(" HTTP", with: query + " HTTP", maxReplacements: 1)
        let line = try Line()
        _ = try line.send(head + "Content-Length: \(5 << 20)\r\n\r\n")
        for _ in 0..<5 { #expect(try line.send(piece) == piece) }
        #expect(try line.send(Self.get) == Self.get, "the next request is read again")
        #expect(!line.gate.isStreaming)
        for path in ["/v1/keys/imports", "/v1/keys/impor", "/v1/keys/import/x"] {
            let other = try Line()
            _ = try other.send(
                head.replacing("/v1/keys/import", with: path) + "Content-Length: \(5 << 20)\r\n\r\n")
            #expect(other.gate.isShut, "\(path)")
        }
    }

    @Test func `such a body may take any time, but not stand still`() throws {
        let line = try Line()
        _ = try line.send(Self.endless + "Transfer-Encoding: chunked\r\n\r\n")
        for _ in 0..<5 {
            line.channel.embeddedEventLoop.advanceTime(by: .seconds(59))
            #expect(try line.send("1\r\n\n\r\n") == "1\r\n\n\r\n")
        }
        #expect(line.channel.isActive)
        line.channel.embeddedEventLoop.advanceTime(by: .seconds(61))
        #expect(!line.channel.isActive)
    }

    @Test func `answered before its end, such a body ends the connection`() throws {
        let line = try Line()
        _ = try line.send(Self.endless + "Transfer-Encoding: chunked\r\n\r\n1\r\n{\r\n")
        line.gate.answered(try line.channel.pipeline.syncOperations.context(handler: line.gate))
        #expect(line.gate.isShut)
        #expect(try line.send("1\r\n{\r\n") == "")
    }
}
