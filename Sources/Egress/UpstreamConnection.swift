// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Wire

/// One connection to an upstream: the last handler of its channel. Serves one exchange at a time.
final class UpstreamConnection {
    let destination: Destination
    /// Whether an exchange was completed on it. The other side may be closing it by now.
    private(set) var isUsed = false

    private let channel: any Channel
    private let pool: ConnectionPool
    private var context: ChannelHandlerContext?
    private var exchange: Exchange?
    private var reader = ResponseReader()
    private var deadline: Deadline?
    private var phase = EgressFailure.Phase.request
    private var isPaused = false
    private var isReadHeld = false
    private var hasNews = false
    private let opened: NIODeadline
    /// How long the upstream keeps it while unused, if it said so.
    private var announcedKeepAlive: TimeAmount?
    /// The pool no longer counts it.
    private var isForgotten = false

    /// Takes over a channel on which bytes can be exchanged: connected, TLS done. The channel must be on the pool's
    /// event loop.
    init(on channel: any Channel, to destination: Destination, of pool: ConnectionPool) throws {
        self.channel = channel
        self.destination = destination
        self.pool = pool
        opened = pool.loop.now
        deadline = Deadline(on: channel.eventLoop) { [unowned self] in timedOut() }
        try channel.pipeline.syncOperations.addHandler(self)
    }

    var isWritable: Bool { channel.isWritable }

    /// Starts an exchange. `isSent`: it has no body.
    func begin(_ exchange: Exchange, answersHEAD: Bool, takesWebSocket: Bool, isSent: Bool) {
        self.exchange = exchange
        reader.begin(answersHEAD: answersHEAD, takesWebSocket: takesWebSocket)
        hasNews = false
        phase = .request
        if isSent {
            requestSent()
        } else {
            deadline?.move(to: pool.limits.bodyIdle)
        }
    }

    func write(_ bytes: ByteBuffer) {
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    /// Small chunks are copied into one write; large ones go out as they are, between their header and end.
    func writeChunk(_ bytes: ByteBuffer) {
        let header = ChunkHeader(size: bytes.readableBytes)
        let isSmall = bytes.readableBytes <= Self.copiedChunk
        var frame = channel.allocator.buffer(capacity: header.count + (isSmall ? bytes.readableBytes + 2 : 0))
        // The raw view of bytes: UInt8 has no padding that could be uninitialised.
        _ = header.withBytes { unsafe frame.writeBytes($0.bytes) }
        if isSmall {
            frame.writeImmutableBuffer(bytes)
            frame.writeStaticString(ChunkHeader.chunkEnd)
            write(frame)
        } else {
            write(frame)
            write(bytes)
            write(Self.chunkEnd)
        }
    }

    func flush() {
        bodyMoved()
        context?.flush()
    }

    /// An answer may have begun, were it an interim one, while the request still goes out.
    private func bodyMoved() {
        if phase != .firstByte { deadline?.move(to: pool.limits.bodyIdle) }
    }

    /// The last byte of the request was written: from now on the upstream is expected to answer.
    func requestSent() {
        guard phase == .request else { return }
        phase = .firstByte
        deadline?.move(to: pool.limits.firstByte)
    }

    func pauseReading() { isPaused = true }

    func resumeReading() {
        guard isPaused else { return }
        isPaused = false
        if exchange != nil { bodyMoved() }
        guard isReadHeld else { return }
        isReadHeld = false
        context?.read()
    }

    /// Lets the exchange go and closes: whatever comes now is not wanted.
    func abandon() {
        exchange = nil
        close()
    }

    /// Closes, and has the pool forget it at once: nobody may get it between here and the end of the channel.
    func close() {
        forget()
        channel.close(promise: nil)
    }

    private func forget() {
        guard !isForgotten else { return }
        isForgotten = true
        deadline?.stop()
        pool.closed(self)
    }

    private func fail(_ failure: EgressFailure) {
        let exchange = exchange
        abandon()
        exchange?.failed(failure)
    }

    private func timedOut() { fail(.timedOut(phase)) }

    private static let copiedChunk = 4_096
    private static let chunkEnd = ByteBuffer(string: "\(ChunkHeader.chunkEnd)")
}

extension UpstreamConnection: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // Bytes nobody asked for: an answer to nothing could be taken for the answer to the next request.
        guard let exchange else { return close() }
        var bytes = unwrapInboundIn(data)
        if phase != .body {
            phase = .body
            exchange.answerBegan()
        }
        hasNews = true
        deliver(&bytes)
    }

    private func deliver(_ bytes: inout ByteBuffer) {
        while let exchange {
            switch reader.next(&bytes) {
            case .needMore: return
            case .head(let head):
                noteKeepAlive(head)
                exchange.received(head: reader.head, bytes: head)
            case .body(let piece): exchange.received(body: piece)
            case .end: return finish(exchange, isClean: bytes.readableBytes == 0)
            case .refused(let code): return fail(.malformedResponse(code: code))
            }
        }
    }

    /// The answer is whole. The connection is in the pool again before the owner hears of it, so that a call that
    /// follows at once finds it.
    private func finish(_ exchange: Exchange, isClean: Bool) {
        self.exchange = nil
        isUsed = true
        deadline?.lift()
        resumeReading()
        if isClean, exchange.isRequestSent, reader.head.keepAlive, channel.isActive {
            giveBack()
        } else {
            close()
        }
        exchange.receivedEnd()
    }

    /// Goes back to the pool, or closes if the pool has enough or it has served its time.
    func giveBack() {
        let now = pool.loop.now
        guard now < opened + pool.limits.age else { return close() }
        let keepAlive = min(pool.limits.keepAlive, announcedKeepAlive ?? pool.limits.keepAlive)
        guard !isForgotten, pool.giveBack(self, until: now + keepAlive) == .close else { return }
        closeForgotten()
    }

    private func noteKeepAlive(_ head: ByteBuffer) {
        guard let field = reader.head.fields.first(.keepAlive) else { return }
        let seconds = KeepAliveField.timeout(in: field.value, of: head.readableBytesUInt8Span)
        // A second less: the upstream has been counting since it sent this.
        announcedKeepAlive = seconds.map { .seconds(Int64(max(0, $0 - 1))) }
    }

    /// Closes what the pool has taken off its list by itself.
    func closeForgotten() {
        isForgotten = true
        deadline?.stop()
        channel.close(promise: nil)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        guard hasNews, let exchange else { return }
        hasNews = false
        deadline?.move(to: pool.limits.bodyIdle)
        exchange.receivedSoFar()
    }

    func channelInactive(context: ChannelHandlerContext) {
        let exchange = exchange
        let isWhole = reader.endsAtClose && phase == .body
        self.exchange = nil
        forget()
        guard let exchange else { return }
        if isWhole {
            exchange.receivedEnd()
        } else if phase == .body {
            exchange.failed(.closedEarly)
        } else {
            exchange.connectionLost()
        }
    }

    /// Errors here are of the socket or of TLS; one is a TLS stream cut off without its closing alert, where the end
    /// of an answer that ends at close cannot be told from an attack.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        let exchange = exchange
        let began = phase == .body
        abandon()
        if began {
            exchange?.failed(.closedEarly)
        } else {
            exchange?.connectionLost()
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        guard let exchange else { return }
        bodyMoved()
        exchange.writabilityChanged(channel.isWritable)
    }

    func read(context: ChannelHandlerContext) {
        if isPaused {
            isReadHeld = true
        } else {
            context.read()
        }
    }
}
