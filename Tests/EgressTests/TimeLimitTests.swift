// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import NIOEmbedded
import Testing

@Suite("The time limits of an exchange")
struct TimeLimitTests {
    private let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    @Test("an upstream that says nothing is given up after the first-byte limit, counted from the end of the request")
    func firstByte() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, exchange) = upstream.start(.post(.length(2)))
        upstream.loop.advanceTime(by: .seconds(200))
        exchange.send(body: ByteBuffer(string: "ok"))
        exchange.finishBody()
        upstream.loop.advanceTime(by: .seconds(59))
        #expect(owner.outcomes.isEmpty)
        upstream.loop.advanceTime(by: .seconds(1))
        #expect(owner.outcomes == [.failed(.timedOut(.firstByte))])
        #expect(!upstream.channels[0].isActive)
        #expect(upstream.pool.openCount == 0)
    }

    @Test("the limit holds anew for every call on a connection")
    func everyCall() throws {
        let upstream = try EmbeddedUpstream()
        for _ in 0..<5 {
            let (owner, _) = upstream.start()
            upstream.loop.advanceTime(by: .seconds(50))
            try upstream.answer(ok)
            #expect(owner.outcomes == [.end])
        }
        let (owner, _) = upstream.start()
        upstream.loop.advanceTime(by: .seconds(60))
        #expect(owner.outcomes == [.failed(.timedOut(.firstByte))])
        #expect(upstream.channels.count == 1)
    }

    @Test("a body that stops is given up after the idle limit, and may otherwise take as long as it likes")
    func bodyIdle() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        try upstream.answer("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
        for _ in 0..<20 {
            upstream.loop.advanceTime(by: .seconds(299))
            try upstream.answer("x")
        }
        #expect(owner.outcomes.isEmpty)
        upstream.loop.advanceTime(by: .seconds(299))
        #expect(owner.outcomes.isEmpty)
        upstream.loop.advanceTime(by: .seconds(1))
        #expect(owner.outcomes == [.failed(.timedOut(.body))])
    }

    @Test("a head that stops half way is given up too")
    func headIdle() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, _) = upstream.start()
        try upstream.answer("HTTP/1.1 200")
        upstream.loop.advanceTime(by: .seconds(300))
        #expect(owner.outcomes == [.failed(.timedOut(.body))])
    }

    @Test("a request that does not go on is given up after the idle limit")
    func requestIdle() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, exchange) = upstream.start(.post(.length(100)))
        for _ in 0..<5 {
            upstream.loop.advanceTime(by: .seconds(299))
            exchange.send(body: ByteBuffer(string: "x"))
            exchange.flush()
        }
        #expect(owner.outcomes.isEmpty)
        upstream.loop.advanceTime(by: .seconds(300))
        #expect(owner.outcomes == [.failed(.timedOut(.request))])
    }

    @Test("an interim answer does not put a limit on a request that still goes out")
    func interim() throws {
        let upstream = try EmbeddedUpstream()
        let (owner, exchange) = upstream.start(.post(.chunked))
        try upstream.answer("HTTP/1.1 102 Processing\r\n\r\n")
        for _ in 0..<5 {
            upstream.loop.advanceTime(by: .seconds(299))
            exchange.send(body: ByteBuffer(string: "x"))
            exchange.flush()
        }
        exchange.finishBody()
        try upstream.answer(ok)
        #expect(owner.outcomes == [.end])
    }

    @Test("nothing happens to an unused connection before its keep-alive time")
    func idleHasNoLimit() throws {
        var limits = TimeLimits()
        limits.keepAlive = .hours(10)
        let upstream = try EmbeddedUpstream(limits: limits)
        _ = upstream.start()
        try upstream.answer(ok)
        upstream.loop.advanceTime(by: .hours(9))
        #expect(upstream.channels[0].isActive)
    }
}
