// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import NIOPosix
import Testing

@Suite("Back-pressure")
struct FlowTests {
    private static let size = 32 << 20

    @Test("a caller that does not read holds the upstream back instead of filling memory")
    func slowCaller() async throws {
        let written = LookUps()
        let upstream = try Upstream { channel in
            try? channel.pipeline.syncOperations.addHandler(Flooding(size: Self.size, written: written))
        }
        defer { upstream.close() }
        let client = try Client()
        let destination = Destination.local(port: upstream.port)
        let flow = try await client.run { pool in
            let flow = SlowCaller()
            flow.start(to: destination, through: pool)
            return NIOLoopBound(flow, eventLoop: pool.loop)
        }
        let paused = try await client.run { _ in flow.value.paused }
        try await paused.get()
        // Until the upstream has got rid of nothing more for a while, or of everything, if we were wrong.
        var still = 0
        var last = -1
        while still < 200 {
            try await client.run { _ in }
            still = written.count == last ? still + 1 : 0
            last = written.count
        }
        #expect(try await client.run { _ in flow.value.whilePaused } <= 256 << 10)
        #expect(written.count < Self.size / Flooding.piece)
        let over = try await client.run { _ in
            flow.value.isSlow = false
            flow.value.exchange?.resumeReading()
            return flow.value.over
        }
        #expect(try await over.get() == Self.size)
    }

    @Test("a caller that pauses after every piece gets everything")
    func pausesOften() async throws {
        let upstream = try Upstream { channel in
            try? channel.pipeline.syncOperations.addHandler(Flooding(size: Self.size, written: LookUps()))
        }
        defer { upstream.close() }
        let client = try Client()
        let destination = Destination.local(port: upstream.port)
        let over = try await client.run { pool in
            let flow = SlowCaller()
            flow.resumesSoon = true
            flow.start(to: destination, through: pool)
            return flow.over
        }
        #expect(try await over.get() == Self.size)
    }

    @Test("an upstream that does not read holds the caller back, and lets it go on when it reads")
    func slowUpstream() async throws {
        let reading = NIOSingletons.posixEventLoopGroup.next().makePromise(of: (any Channel).self)
        let upstream = try Upstream { channel in
            _ = channel.setOption(.autoRead, value: false)
            try? channel.pipeline.syncOperations.addHandler(Swallowing(size: Self.size))
            reading.succeed(channel)
        }
        defer { upstream.close() }
        let client = try Client()
        let destination = Destination.local(port: upstream.port)
        let sender = try await client.run { pool in
            let sender = Sender(size: Self.size)
            sender.start(to: destination, through: pool)
            return NIOLoopBound(sender, eventLoop: pool.loop)
        }
        let stalled = try await client.run { _ in sender.value.stalled }
        let sent = try await stalled.get()
        #expect(sent < Self.size)
        let channel = try await reading.futureResult.get()
        try await channel.setOption(.autoRead, value: true).get()
        let over = try await client.run { _ in sender.value.over }
        #expect(try await over.get() == nil)
    }
}

/// Pauses at the first piece and counts what comes all the same.
private final class SlowCaller {
    private let owner = RecordingOwner()
    private(set) var exchange: Exchange?
    private(set) var whilePaused = 0
    private var received = 0
    private var isPaused = false
    var isSlow = true
    var resumesSoon = false
    private let pausedPromise = NIOSingletons.posixEventLoopGroup.next().makePromise(of: Void.self)
    private let overPromise = NIOSingletons.posixEventLoopGroup.next().makePromise(of: Int.self)
    var paused: EventLoopFuture<Void> { pausedPromise.futureResult }
    var over: EventLoopFuture<Int> { overPromise.futureResult }

    func start(to destination: Destination, through pool: ConnectionPool) {
        let exchange = Exchange(to: destination, through: pool, for: owner)
        self.exchange = exchange
        owner.keepsBody = false
        owner.onBody = { [unowned self] piece in
            received += piece.readableBytes
            if isPaused { whilePaused += piece.readableBytes }
            guard isSlow, !isPaused else { return }
            isPaused = true
            exchange.pauseReading()
            pausedPromise.succeed()
            if resumesSoon { resume(on: pool.loop) }
        }
        owner.onOver = { self.overPromise.succeed(self.received) }
        exchange.start(.get())
    }

    private func resume(on loop: any EventLoop) {
        loop.assumeIsolated().execute {
            self.isPaused = false
            self.exchange?.resumeReading()
        }
    }
}

/// Sends as long as the exchange takes it.
private final class Sender {
    private let owner = RecordingOwner()
    private var exchange: Exchange?
    private let size: Int
    private var sent = 0
    private let stalledPromise = NIOSingletons.posixEventLoopGroup.next().makePromise(of: Int.self)
    private let overPromise = NIOSingletons.posixEventLoopGroup.next().makePromise(of: EgressFailure?.self)
    var stalled: EventLoopFuture<Int> { stalledPromise.futureResult }
    var over: EventLoopFuture<EgressFailure?> { overPromise.futureResult }

    init(size: Int) { self.size = size }

    func start(to destination: Destination, through pool: ConnectionPool) {
        let exchange = Exchange(to: destination, through: pool, for: owner)
        self.exchange = exchange
        owner.onReady = { self.send() }
        owner.onWritable = { self.send() }
        owner.onOver = { self.overPromise.succeed(self.owner.failure) }
        exchange.start(.post(.chunked))
    }

    private func send() {
        guard let exchange, sent < size else { return }
        while exchange.isWritable, sent < size {
            exchange.send(body: ByteBuffer(repeating: 0x78, count: 1 << 16))
            exchange.flush()
            sent += 1 << 16
        }
        if sent < size { stalledPromise.succeed(sent) } else { exchange.finishBody() }
    }
}

/// Answers with `size` bytes, as fast as they are taken.
private final class Flooding: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    static let piece = 1 << 16
    private let size: Int
    private let written: LookUps

    init(size: Int, written: LookUps) {
        self.size = size
        self.written = written
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let head = ByteBuffer(string: "HTTP/1.1 200 OK\r\nContent-Length: \(size)\r\n\r\n")
        context.writeAndFlush(wrapOutboundOut(head), promise: nil)
        let body = ByteBuffer(repeating: 0x78, count: Self.piece)
        let written = written
        for _ in 0..<size / Self.piece {
            context.write(wrapOutboundOut(body)).whenSuccess { _ = written.next() }
        }
        context.flush()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// Answers once it has read more than `size` bytes.
private final class Swallowing: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    private let size: Int
    private var read = 0

    init(size: Int) { self.size = size }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let before = read
        read += unwrapInboundIn(data).readableBytes
        guard before < size, read >= size else { return }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: "HTTP/1.1 204 N\r\n\r\n")), promise: nil)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
