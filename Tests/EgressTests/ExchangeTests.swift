// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import NIOEmbedded
import Testing
import Wire

@Suite("An exchange")
struct ExchangeTests {
    @Test(
        "reads an answer the same way wherever its bytes are cut",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", 200, "hello"),
            ("HTTP/1.1 204 No Content\r\n\r\n", 204, ""),
            ("HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", 304, ""),
            (
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3;x=y\r\nhel\r\n2\r\nlo\r\n0\r\nA: b\r\n\r\n",
                200, "hello"
            ),
            (
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 201 C\r\nContent-Length: 2\r\n\r\nok",
                201, "ok"
            ),
            ("HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n", 302, ""),
        ])
    func cutAnywhere(answer: String, status: Int, body: String) throws {
        let bytes = Array(answer.utf8)
        for cut in 0...bytes.count {
            let upstream = try EmbeddedUpstream()
            let (owner, _) = upstream.start()
            for piece in [bytes[..<cut], bytes[cut...]] where !piece.isEmpty {
                try upstream.channels[0].writeInbound(ByteBuffer(bytes: piece))
            }
            #expect(owner.status == status, "cut at \(cut)")
            #expect(owner.text == body, "cut at \(cut)")
            #expect(owner.outcomes == [.end], "cut at \(cut)")
            #expect(owner.heads.map { String(buffer: $0) } == [Self.finalHead(of: answer)])
            #expect(upstream.pool.idleCount == 1, "cut at \(cut)")
        }
    }

    private static func finalHead(of answer: String) -> String {
        let heads = answer.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
        let head = heads.first { !$0.hasPrefix("HTTP/1.1 1") } ?? ""
        return head + "\r\n\r\n"
    }

    @Test("reads an answer that comes byte by byte")
    func byteByByte() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        for byte in "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n2\r\nbc\r\n0\r\n\r\n".utf8 {
            try upstream.channels[0].writeInbound(ByteBuffer(bytes: [byte]))
        }
        #expect(owner.text == "abc")
        #expect(owner.outcomes == [.end])
    }

    @Test("takes no body for the answer to HEAD, whatever the answer says")
    func head() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start(.head())
        try upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        #expect(owner.outcomes == [.end])
        #expect(upstream.pool.idleCount == 1)
    }

    @Test("sends the head and a body of a length as they are, in one flush")
    func lengthBody() throws {
        let upstream = try EmbeddedUpstream()
        let owner = RecordingOwner()
        let exchange = Exchange(to: upstream.destination, through: upstream.pool, for: owner)
        owner.onReady = {
            exchange.send(body: ByteBuffer(string: "hel"))
            exchange.send(body: ByteBuffer())
            exchange.send(body: ByteBuffer(string: "lo"))
            exchange.finishBody()
        }
        exchange.start(.post(.length(5)))
        #expect(try upstream.sent() == "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello")
        try upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        #expect(owner.entries == [.ready, .head(200), .end])
        #expect(upstream.pool.idleCount == 1)
    }

    @Test("writes chunks, small and large, and their end")
    func chunkedBody() throws {
        let upstream = try EmbeddedUpstream()
        let (_, exchange) = upstream.start(.post(.chunked))
        _ = try upstream.sent()
        let large = String(repeating: "x", count: 5_000)
        exchange.send(body: ByteBuffer(string: "hello world, how"))
        exchange.send(body: ByteBuffer())
        exchange.send(body: ByteBuffer(string: large))
        exchange.finishBody()
        #expect(try upstream.sent() == "10\r\nhello world, how\r\n1388\r\n\(large)\r\n0\r\n\r\n")
    }

    @Test(
        "does not let a body disagree with its head",
        arguments: [(RequestBody.none, "x"), (.length(0), "x"), (.length(3), "four"), (.length(5), "four")])
    func wrongLength(body: RequestBody, text: String) throws {
        let upstream = try EmbeddedUpstream()
        let (owner, exchange) = upstream.start(.post(body))
        exchange.send(body: ByteBuffer(string: text))
        exchange.finishBody()
        #expect(owner.outcomes == [.failed(.requestBodyLength)])
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
    }

    @Test(
        "reports an answer that ends early, also when its head was handed on",
        arguments: [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", 200),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", 200),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n", 200),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n", 200),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", 200), ("HTTP/1.1 200 OK\r\n", nil),
            ("HTTP/1.1 100 Continue\r\n\r\n", nil), ("H", nil), ("", nil),
        ] as [(String, Int?)])
    func endsEarly(answer: String, status: Int?) throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        if !answer.isEmpty { try upstream.answer(answer) }
        try upstream.hangUp()
        #expect(owner.status == status)
        #expect(owner.outcomes == [.failed(.closedEarly)])
        #expect(upstream.pool.openCount == 0)
    }

    @Test("takes the end of the connection for the end of an answer without a length")
    func untilClose() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        try upstream.answer("HTTP/1.1 200 OK\r\n\r\nhel")
        try upstream.answer("lo")
        #expect(owner.outcomes.isEmpty)
        try upstream.hangUp()
        #expect(owner.text == "hello")
        #expect(owner.outcomes == [.end])
        #expect(upstream.pool.openCount == 0)
    }

    @Test(
        "refuses an answer that is not HTTP as it should be",
        arguments: [
            "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 200 OK\nA: b\n\n", "\u{0}\u{1}\u{2}\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: b\r\n c\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nA: " + String(repeating: "x", count: 40_000),
            String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 9),
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        ])
    func malformed(answer: String) throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        try upstream.answer(answer)
        #expect(owner.outcomes.count == 1)
        guard case .malformedResponse(let code) = owner.failure else {
            Issue.record("\(owner.entries)")
            return
        }
        #expect(!code.isEmpty && !code.contains(" "))
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
    }

    @Test("hears nothing after it was cancelled, and costs the connection only when it was under way")
    func cancel() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, exchange) = upstream.start()
        try upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhel")
        exchange.cancel()
        #expect(!upstream.channels[0].isActive)
        let before = owner.entries
        exchange.send(body: ByteBuffer(string: "x"))
        exchange.finishBody()
        exchange.cancel()
        upstream.loop.run()
        #expect(owner.entries == before)
        #expect(upstream.pool.openCount == 0)
    }

    @Test("keeps the connection that was being opened when it was cancelled")
    func cancelWhileDialing() throws {
        let upstream = try EmbeddedUpstream()
        upstream.holdDials()
        let (owner, exchange) = upstream.start()
        exchange.cancel()
        upstream.finishDials()
        #expect(owner.entries.isEmpty)
        #expect(upstream.pool.idleCount == 1)
        let (second, _) = upstream.start()
        #expect(try upstream.sent() == "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
        try upstream.answer("HTTP/1.1 204 N\r\n\r\n")
        #expect(second.outcomes == [.end])
    }

    @Test("may be cancelled from any of its own calls")
    func cancelFromWithin() throws {
        for place in ["ready", "head", "body"] {
            let upstream = try EmbeddedUpstream()
            let owner = RecordingOwner()
            let exchange = Exchange(to: upstream.destination, through: upstream.pool, for: owner)
            if place == "ready" { owner.onReady = { exchange.cancel() } }
            if place == "head" { owner.onHead = { exchange.cancel() } }
            if place == "body" { owner.onBody = { _ in exchange.cancel() } }
            exchange.start(.get())
            if place != "ready" { try upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
            #expect(owner.outcomes.isEmpty)
            #expect(upstream.pool.openCount == 0)
            #expect(!upstream.channels[0].isActive)
        }
    }

    @Test("says why no connection could be had")
    func dialFails() throws {
        let upstream = try EmbeddedUpstream()
        upstream.failure = .unreachable(.connect)
        let (owner, _) = upstream.start()
        #expect(owner.entries == [.failed(.unreachable(.connect))])
        #expect(upstream.pool.openCount == 0)
    }

    @Test("lets its owner go at the end")
    func noCycle() throws {
        let upstream = try EmbeddedUpstream()
        weak var seen: RecordingOwner?
        var kept: Exchange?
        do {
            let (owner, exchange) = upstream.start()
            seen = owner
            kept = exchange
            try upstream.answer("HTTP/1.1 204 N\r\n\r\n")
        }
        #expect(seen == nil)
        #expect(kept != nil)
    }
}

@Suite("A request on its way out")
struct OutgoingRequestTests {
    @Test("does not show what is in its head, however it is printed")
    func printsNothing() {
        let request = OutgoingRequest(
            head: ByteBuffer(string: "GET / HTTP/1.1\r\nAuthorization: Bearer canary\r\n\r\n"), isHead: false,
            isIdempotent: true, body: .none)
        var dumped = ""
        dump(request, to: &dumped)
        for text in ["\(request)", String(reflecting: request), dumped] {
            #expect(!text.contains("canary"))
            // As hexadecimal, which is how a buffer prints itself.
            #expect(!text.lowercased().contains("63616e617279"))
        }
    }

    @Test(
        "may be repeated when its method says so",
        arguments: [("GET", true), ("HEAD", true), ("PUT", true), ("DELETE", true), ("OPTIONS", true), ("TRACE", true)]
            + [("POST", false), ("PATCH", false), ("get", false), ("GETX", false), ("", false)])
    func idempotent(method: String, expected: Bool) {
        let bytes = Array(method.utf8)
        #expect(OutgoingRequest.isIdempotent(Wire.Slice(start: 0, end: bytes.count), in: bytes.span) == expected)
    }
}
