// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// One connection of the data plane: finds requests in the bytes that arrive and answers them in order.
///
/// Confined to its event loop. A request that is whole in one read is answered from the very bytes that were read;
/// answers of one read leave in one write.
final class Connection: ChannelDuplexHandler, Drainable {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Phase {
        /// Waiting for a head, or for the rest of a body that is answered as a whole.
        case head
        /// Collecting a chunked body; the head is kept as it came.
        case chunks(Target, head: ByteBuffer, BodyDecoder, body: [UInt8])
        /// The answer is written; the body that follows is thrown away.
        case discard(BodyDecoder)
        case lending(Lend, BodyDecoder)
        /// A decision waits until more of a budget is written down. With the message, where its bytes are no longer
        /// pending.
        case parked(Target, whole: ByteBuffer?, headCount: Int)
        /// The answer is being worked out elsewhere.
        case pursuing(Task<Void, Never>)
        /// HTTP/2, with any number of calls at a time.
        case calls(CallSession)
        /// The last answer is out; what still comes is thrown away until the other side closes.
        case lingering
    }

    /// The longest body that is answered as a whole.
    static let longestBody = 1 << 20

    let state: EventLoopState
    var context: ChannelHandlerContext?
    /// Nil on a Unix socket, and only there: such a peer is trusted, see ``LocalSocket``.
    private(set) var peer: IPAddress?
    private let isLocal: Bool
    /// Set where all requests of the connection are lent to one place.
    let entrance: HostEntrance?
    var parser = HeadParser()
    var pending = ByteBuffer()
    /// How many bytes must be there before it is worth looking again.
    var awaited = 1
    /// Whether the head is here and only its body is awaited.
    var isWaitingForBody = false
    var hasSentContinue = false
    private var isInside = false
    /// Whether nothing was read yet that tells which protocol is spoken.
    private var isFirst = true
    var out = ByteBuffer()
    var phase = Phase.head
    var clocks = ConnectionClocks()
    var verifying = Verify.Progress()
    var timesParked = 0
    private var isReadHeld = false
    private var isWritable = true
    /// Whether something was written and not yet flushed.
    var isQueued = false

    init(state: EventLoopState, isLocal: Bool = false, entrance: HostEntrance? = nil) {
        self.state = state
        self.entrance = entrance
        self.isLocal = isLocal
        // HTTP/2 was not offered in a tunnel's handshake.
        if entrance != nil { isFirst = false }
    }

    func handlerAdded(context: ChannelHandlerContext) {
        // In a tunnel the channel is long open.
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) { begin(context) }

    private func begin(_ context: ChannelHandlerContext) {
        guard self.context == nil else { return }
        self.context = context
        peer = context.remoteAddress.flatMap { IPAddress($0) }
        clocks.touch()
        // A connection owes its first head from its first moment.
        clocks.noteWaiting(true)
        state.opened(self)
        watch(context)
        if state.isDraining { drain() }
        // It went away before it could be asked who it was; a peer without an address would be taken for a local one.
        if peer == nil, !isLocal { context.close(promise: nil) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        if case .lending(let call, _) = phase { call.callerGone() }
        if case .pursuing(let task) = phase { task.cancel() }
        phase = .lingering
        state.closed(self)
        self.context = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        clocks.touch()
        if case .lingering = phase { return }
        if pending.readableBytes == 0 { pending = bytes } else { pending.writeBuffer(&bytes) }
        advance()
    }

    func channelReadComplete(context: ChannelHandlerContext) { flushOut() }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadHeld = true }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        isWritable = context.channel.isWritable
        if case .lending(let call, _) = phase { call.callerWritable(isWritable) }
        clocks.touch()
        resumeReading()
    }

    /// Nothing more is read from a caller that does not take its answers, whose lent body is not being taken, or who
    /// has sent enough ahead.
    private var mayRead: Bool {
        guard isWritable, context != nil else { return false }
        switch phase {
        case .lending(let call, _): return call.takesBody || pending.readableBytes < 64 * 1024
        case .parked, .pursuing: return pending.readableBytes < Self.longestBody + 64 * 1024
        case .head, .chunks, .discard, .calls, .lingering: return true
        }
    }

    func resumeReading() {
        guard isReadHeld, mayRead else { return }
        isReadHeld = false
        context?.read()
    }

    /// Works through what is there until more must arrive.
    func advance() {
        guard !isInside else { return }
        isInside = true
        defer {
            isInside = false
            clocks.noteWaiting(pending.readableBytes > 0 || isCollecting)
        }
        while step() {}
    }

    private var isCollecting: Bool {
        switch phase {
        case .head, .lingering, .lending, .pursuing: false
        case .chunks, .discard, .parked: true
        case .calls(let session): session.isInsideBlock
        }
    }

    private func step() -> Bool {
        switch phase {
        case .head: return pending.readableBytes >= awaited && head()
        case .chunks(let target, let head, let decoder, let body): return chunks(target, head, decoder, body)
        case .discard(let decoder): return discard(decoder)
        case .lending(let call, let decoder): return lendBody(call, decoder)
        case .calls(let session): return answerCalls(session)
        case .parked, .pursuing: return false
        case .lingering:
            pending.clear()
            return false
        }
    }

    private func head() -> Bool {
        let message = pending
        if isFirst {
            switch Self.opening(message.readableBytesUInt8Span) {
            case .requests: isFirst = false
            case .calls:
                beginCalls()
                return true
            case .unclear:
                awaited = pending.readableBytes + 1
                return false
            }
        }
        switch parser.parseRequest(message.readableBytesUInt8Span) {
        case .incomplete:
            awaited = pending.readableBytes + 1
            return false
        case .refused(let fault):
            state.counters.countRefusedHead()
            end(with: Problem.refusing(fault))
            return false
        case .complete:
            awaited = 1
            isWaitingForBody = false
            guard entrance == nil else { return lend() }
            return dispatch(Target.of(parser.request, message.readableBytesUInt8Span))
        }
    }

    private func dispatch(_ target: Target) -> Bool {
        switch target {
        case .authorize(let rest): return authorize(rest)
        case .verify, .batch, .settle, .unkey, .oauth, .follow, .reveal: return collect(target)
        case .keySet: return show(Discovery.keySet(state.tokens.mint, at: clocks.moment))
        case .metadata: return show(Discovery.metadata(state.tokens.mint))
        case .lend: return lend()
        case .healthy:
            out.writeStaticString(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}")
            return finish(.health, 200)
        case .ready:
            out.writeStaticString(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"status\":\"ready\"}")
            return finish(.health, 200)
        case .wrongMethod(let allow): return refuse(.method(allow: allow), .other)
        case .unknown: return refuse(.notFound, .other)
        }
    }

    private func authorize(_ rest: Range<Int>?) -> Bool {
        let message = pending
        let isHead = message.readableBytesUInt8Span.equals(parser.request.method, "HEAD")
        let endpoint = Authorize(core: state.authorizing, trusted: state.trusted, isHead: isHead)
        switch endpoint.answer(
            parser.request, rest: rest, message.readableBytesUInt8Span, peer: peer, at: clocks.now, into: &out)
        {
        case .awaitsLease(let want): return park(.authorize(rest: rest), want)
        case .answered(let verdict, let status):
            if let verdict { state.counters.count(.authorize, verdict) }
            state.counters.countLatency(nanoseconds: Clock.ticks() &- clocks.activity)
            return finish(.authorize, status)
        }
    }

    func refuse(_ problem: Problem, _ route: Counters.Route, consuming whole: Int? = nil) -> Bool {
        let head = parser.request
        let message = pending
        let isHead = message.readableBytesUInt8Span.equals(head.method, "HEAD")
        var problem = problem
        problem.isForUnkey = route == .unkey
        problem.write(into: &out, keepAlive: head.keepAlive, withBody: !isHead)
        return finish(route, problem.status, consuming: whole)
    }

    /// The answer is written: moves past the request, and past a body that nobody asked for.
    func finish(_ route: Counters.Route, _ status: Int, consuming whole: Int? = nil) -> Bool {
        state.counters.count(route, status: status)
        clocks.noteWaiting(false)
        // Field by field: a copy of the head would count references.
        let (framing, keepAlive) = (parser.request.framing, parser.request.keepAlive)
        let expectsContinue = parser.request.expectsContinue
        pending.moveReaderIndex(forwardBy: whole ?? parser.request.byteCount)
        hasSentContinue = false
        if timesParked > 0 { timesParked = 0 }
        if verifying.isAgain { verifying = Verify.Progress() }
        parser.reset()
        if whole == nil, framing != .none {
            // A client that waits for "continue" may or may not send its body now: the connection cannot be used
            // further.
            if expectsContinue || !keepAlive { return last() }
            phase = .discard(BodyDecoder(framing))
            return true
        }
        phase = .head
        guard keepAlive, !state.isDraining else { return last() }
        return pending.readableBytes > 0
    }

    private func discard(_ decoder: BodyDecoder) -> Bool {
        var decoder = decoder
        var offset = 0
        while true {
            let message = pending
            switch decoder.next(message.readableBytesUInt8Span, from: offset) {
            case .data(let slice):
                clocks.discarded += slice.count
                guard clocks.discarded <= Self.longestBody else { return last() }
                offset = slice.end
            case .needMore:
                pending.clear()
                phase = .discard(decoder)
                return false
            case .refused: return last()
            case .end(let end):
                pending.moveReaderIndex(forwardBy: end)
                clocks.discarded = 0
                clocks.noteWaiting(false)
                phase = .head
                return state.isDraining ? last() : pending.readableBytes > 0
            }
        }
    }

    /// Nothing is answered after this.
    @discardableResult
    func last() -> Bool {
        flushOut()
        pending.clear()
        phase = .lingering
        clocks.touch()
        context?.close(mode: .output, promise: nil)
        return false
    }

    /// Answers with a problem and ends the connection.
    func end(with problem: Problem) {
        problem.write(into: &out, keepAlive: false)
        state.counters.count(.other, status: problem.status)
        last()
    }

    func flushOut() {
        guard let context else { return }
        if out.readableBytes > 0 {
            context.writeAndFlush(wrapOutboundOut(out), promise: nil)
            out.clear()
        } else if isQueued {
            context.flush()
        }
        isQueued = false
    }

    /// Ends the connection after what it is doing.
    func drain() {
        if case .pursuing(let task) = phase { task.cancel() }
        if case .calls(let session) = phase {
            session.finish(into: &out)
            if session.hasEnded { last() } else { flushOut() }
            return
        }
        guard case .head = phase, pending.readableBytes == 0 else { return }
        context?.close(promise: nil)
    }
}
