// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Access
import Egress
import NIOCore
import NIOEmbedded
import Testing

@Suite("Keeping connections alive")
struct KeepAliveTests {
    private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("a hundred calls in turn share one connection")
    func reuse() throws {
        let upstream = try EmbeddedUpstream()
        for _ in 0..<100 {
            let (owner, _) = upstream.start()
            #expect(try upstream.sent() == "GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            try upstream.answer(ok)
            #expect(owner.outcomes == [.end])
        }
        #expect(upstream.channels.count == 1)
    }

    @Test("a call made when the one before ends finds its connection")
    func nextFromEnd() throws {
        let upstream = try EmbeddedUpstream()
        let second = RecordingOwner()
        let first = RecordingOwner()
        first.onOver = { _ = upstream.start(.get("/2"), owner: second) }
        _ = upstream.start(owner: first)
        try upstream.answer(ok)
        try upstream.answer(ok)
        #expect(second.outcomes == [.end])
        #expect(upstream.channels.count == 1)
    }

    @Test(
        "a connection is closed when it cannot serve another call",
        arguments: [
            "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n", "HTTP/1.1 204 N\r\n\r\nx",
        ])
    func notReusable(answer: String) throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        try upstream.answer(answer)
        #expect(owner.outcomes == [.end])
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
    }

    @Test("an answer that comes before the request is out is handed on, and the connection closed")
    func earlyAnswer() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, exchange) = upstream.start(.post(.length(10)))
        exchange.send(body: ByteBuffer(string: "12345"))
        try upstream.answer("HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
        #expect(owner.status == 413)
        #expect(owner.outcomes == [.end])
        exchange.send(body: ByteBuffer(string: "67890"))
        exchange.finishBody()
        #expect(owner.outcomes == [.end])
        #expect(!upstream.channels[0].isActive)
    }

    @Test("an unused connection that says something is dropped")
    func idleSpeaks() throws {
        let upstream = try EmbeddedUpstream()
        _ = upstream.start()
        try upstream.answer(ok)
        try upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nforged")
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
        let (owner, _) = upstream.start()
        #expect(upstream.channels.count == 2)
        try upstream.answer(ok, on: 1)
        #expect(owner.text == "ok")
    }

    @Test("an unused connection that closes is dropped")
    func idleCloses() throws {
        let upstream = try EmbeddedUpstream()
        _ = upstream.start()
        try upstream.answer(ok)
        try upstream.hangUp()
        #expect(upstream.pool.openCount == 0)
    }

    @Test("an unused connection is closed after the keep-alive time, a used one is not")
    func expires() throws {
        let upstream = try EmbeddedUpstream()
        _ = upstream.start()
        try upstream.answer(ok)
        for _ in 0..<10 {
            upstream.loop.advanceTime(by: .seconds(50))
            _ = upstream.start()
            try upstream.answer(ok)
        }
        #expect(upstream.channels.count == 1)
        upstream.loop.advanceTime(by: .seconds(61))
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
    }

    @Test(
        "a server that announces how long it keeps a connection is believed",
        arguments: [
            ("timeout=5, max=100", 3, 5), ("max=9,Timeout=3", 1, 3), ("timeout=x", 54, 60),
            ("timeout=99999999999", 54, 60), ("", 54, 60), ("timeout=300", 54, 60),
        ])
    func announced(value: String, kept: Int64, gone: Int64) throws {
        for (seconds, isReused) in [(kept, true), (gone, false)] {
            let upstream = try EmbeddedUpstream()
            _ = upstream.start()
            try upstream.answer("HTTP/1.1 200 OK\r\nKeep-Alive: \(value)\r\nContent-Length: 0\r\n\r\n")
            upstream.loop.advanceTime(by: .seconds(seconds))
            _ = upstream.start()
            #expect((upstream.channels.count == 1) == isReused)
            #expect(upstream.channels[0].isActive == isReused)
        }
    }

    @Test("a connection that is old is not kept, however busy it is")
    func age() throws {
        let upstream = try EmbeddedUpstream()
        for _ in 0..<45 {
            _ = upstream.start()
            try upstream.answer(ok, on: upstream.channels.count - 1)
            upstream.loop.advanceTime(by: .seconds(20))
        }
        #expect(upstream.channels.count == 1)
        _ = upstream.start()
        try upstream.answer(ok)
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
    }

    @Test("an idempotent call that met a connection being closed goes out once more, on a new one")
    func retries() throws {
        let upstream = try EmbeddedUpstream()
        _ = upstream.start()
        try upstream.answer(ok)
        let (owner, _) = upstream.start(.get("/again"))
        try upstream.hangUp(0)
        #expect(upstream.channels.count == 2)
        #expect(try upstream.sent(on: 1) == "GET /again HTTP/1.1\r\nHost: h\r\n\r\n")
        try upstream.answer(ok, on: 1)
        #expect(owner.text == "ok")
        #expect(owner.outcomes == [.end])
    }

    @Test("it is tried again once only, and on a connection that nobody used")
    func retriesOnce() throws {
        let upstream = try EmbeddedUpstream()
        let owners = [upstream.start().0, upstream.start().0]
        try upstream.answer(ok, on: 0)
        try upstream.answer(ok, on: 1)
        #expect(owners.allSatisfy { $0.outcomes == [.end] })
        let (owner, _) = upstream.start()
        try upstream.hangUp(1)
        #expect(upstream.channels.count == 3)
        try upstream.hangUp(2)
        #expect(owner.outcomes == [.failed(.closedEarly)])
        #expect(upstream.channels.count == 3)
    }

    @Test("it is not tried again once an answer began, or when it is not idempotent, or with a body")
    func noRetry() throws {
        let put = OutgoingRequest(
            head: ByteBuffer(string: "PUT / HTTP/1.1\r\nContent-Length: 1\r\n\r\n"), isHead: false, isIdempotent: true,
            body: .length(1))
        for (request, answer) in [
            (OutgoingRequest.get(), "HTTP/1.1 2"), (.post(.none), ""), (.post(.chunked), ""), (put, ""),
        ] {
            let upstream = try EmbeddedUpstream()
            _ = upstream.start()
            try upstream.answer(ok)
            let (owner, _) = upstream.start(request)
            if !answer.isEmpty { try upstream.answer(answer) }
            try upstream.hangUp()
            #expect(owner.outcomes == [.failed(.closedEarly)])
            #expect(upstream.channels.count == 1)
        }
    }

    @Test("no more connections are opened than may be")
    func limit() throws {
        var limits = PoolLimits()
        limits.perDestination = 2
        let upstream = try EmbeddedUpstream(pool: limits)
        _ = upstream.start()
        _ = upstream.start()
        let (owner, _) = upstream.start()
        #expect(owner.entries == [.failed(.tooManyConnections)])
    }

    @Test("destinations with the same origin and other conditions share nothing")
    func conditionsSeparate() throws {
        let upstream = try EmbeddedUpstream()
        _ = upstream.start()
        try upstream.answer(ok)
        let origin = upstream.destination.origin
        for other in [
            Destination(origin: origin, allowingPrivate: [.init("10.0.0.0/8")!]),
            Destination(origin: origin, certificateAuthorities: "x"),
        ] {
            let before = upstream.channels.count
            Exchange(to: other, through: upstream.pool, for: RecordingOwner()).start(.get())
            #expect(upstream.channels.count == before + 1)
        }
        let before = upstream.channels.count
        Exchange(to: Destination(origin: origin), through: upstream.pool, for: RecordingOwner()).start(.get())
        #expect(upstream.channels.count == before)
    }

    @Test("a closed pool ends with the calls that are under way")
    func close() throws {
        let upstream = try EmbeddedUpstream()
        _ = upstream.start()
        try upstream.answer(ok)
        let (busy, _) = upstream.start()
        _ = upstream.start(.get("/2"))
        try upstream.answer(ok, on: 1)
        upstream.pool.close()
        #expect(!upstream.channels[1].isActive)
        try upstream.answer(ok, on: 0)
        #expect(busy.outcomes == [.end])
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.start().0.entries == [.failed(.unreachable(.closing))])
        #expect(upstream.pool.openCount == 0)
    }
}
