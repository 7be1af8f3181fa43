// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// One call through `/lend`: the caller's request on its way to the provider, and the answer on its way back.
///
/// Confined to the event loop of the caller's connection. Both directions stream; whichever side is slow holds the
/// other back.
final class Lend: ExchangeOwner {
    private unowned let connection: Connection
    private let state: EventLoopState
    private(set) var exchange: Exchange?
    private var request: OutgoingRequest?
    private var way: EventLoopState.WayOut?
    private var notice: RetiringNotice?
    /// The body, where it was awaited and is sent in one piece.
    private var wholeBody: ByteBuffer?
    private(set) var status = 0
    /// What the call was charged and is counted for, until it has ended.
    private var pass: LendPass?

    private var isHead = false
    private var callerKeepsAlive = false
    private var callerTakesChunks = true
    private var isReady = false
    private var isBodyDone = false
    private var hasAnswered = false
    private var isChunkedAnswer = false
    private var endsByClosing = false

    init(connection: Connection, state: EventLoopState) {
        self.connection = connection
        self.state = state
    }

    /// How a call begins.
    enum Start {
        case started
        /// The answer is written.
        case refused
        case awaitsLease(Want)
        case needsBody
        case needsToken(Loan)
    }

    /// Decides on the call and prepares the request.
    func start(_ given: LendRequest.Given, at now: Moment) -> Start {
        let head = given.head
        isHead = given.message.readableBytesUInt8Span.equals(head.method, "HEAD")
        callerKeepsAlive = head.keepAlive
        callerTakesChunks = head.minorVersion == 1
        switch LendRequest.decide(given, state, at: now) {
        case .refused(let problem):
            problem.write(into: &connection.out, keepAlive: head.keepAlive, withBody: !isHead)
            status = problem.status
            state.counters.countLent(code: problem.lendError)
            return .refused
        case .awaitsLease(let want): return .awaitsLease(want)
        case .needsBody: return .needsBody
        case .needsToken(let loan): return .needsToken(loan)
        case .ready(let start):
            pass = start.pass
            notice = start.notice
            request = start.request
            way = start.way
            wholeBody = start.body
            isBodyDone = start.body != nil || start.request.body == .none || start.request.body == .length(0)
            exchange = Exchange(to: start.way.destination, through: state.pool, for: self)
            return .started
        }
    }

    /// Ends the call's place in flight and counts it, once. `isCut`: the provider's answer was not whole.
    private func leaveFlight(isCut: Bool = false) {
        guard let pass else { return }
        self.pass = nil
        if let hold = pass.hold { state.meters.release(hold) }
        state.count(pass.use, providerStatus: hasAnswered && !isCut ? status : nil)
    }

    deinit { leaveFlight(isCut: true) }

    /// The request, given away once: its head holds the credential.
    func takeRequest() -> OutgoingRequest {
        guard let taken = request.take() else { preconditionFailure("a request is sent once") }
        return taken
    }

    // MARK: From the caller

    /// Whether a piece of the caller's body could be handed on now.
    var takesBody: Bool { isReady && !isBodyDone && (exchange?.isWritable ?? false) }
    /// Whether the caller is expected to send.
    var isWaitingForCaller: Bool { isReady && !isBodyDone && !hasAnswered }

    func send(_ piece: ByteBuffer) { exchange?.send(body: piece) }
    func flush() { exchange?.flush() }

    func finishBody() {
        isBodyDone = true
        exchange?.finishBody()
    }

    func callerGone() {
        exchange?.cancel()
        exchange = nil
        // A caller that has heard enough of a stream goes away; the provider did answer.
        leaveFlight()
    }

    func callerWritable(_ isWritable: Bool) {
        if isWritable { exchange?.resumeReading() } else { exchange?.pauseReading() }
    }

    /// The caller's own framing is broken: nothing of what follows can be trusted.
    func refuse(_ problem: Problem) {
        callerGone()
        if hasAnswered { connection.last() } else { connection.end(with: problem) }
    }

    func callerStalled() { refuse(.timeout) }

    // MARK: From the provider

    func exchangeReady() {
        isReady = true
        if let wholeBody {
            exchange?.send(body: wholeBody)
            exchange?.finishBody()
            return
        }
        connection.advance()
        connection.resumeReading()
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable else { return }
        connection.advance()
        connection.resumeReading()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        hasAnswered = true
        status = head.status
        connection.clocks.touch()
        let span = bytes.readableBytesUInt8Span
        connection.out.writeStaticString("HTTP/1.1 ")
        connection.out.writeDecimal(head.status)
        connection.out.writeStaticString(" ")
        connection.out.writeBytes(bytes.readableBytesSpan.extracting(head.reason.start..<head.reason.end))
        connection.out.writeStaticString("\r\n")
        way?.hygiene.forward(head, in: bytes, into: &connection.out)
        notice?.write(beside: head.fields, in: span, into: &connection.out)
        if let lines = pass?.lines { LendLines.write(lines, beside: head.fields, in: span, into: &connection.out) }
        frame(head, span)
        if !willKeepAlive { connection.out.writeStaticString("Connection: close\r\n") }
        connection.out.writeStaticString("\r\n")
    }

    private func frame(_ head: ResponseHead, _ bytes: Span<UInt8>) {
        switch head.framing {
        case .none:
            guard isHead, let length = head.fields.first(.contentLength) else { return }
            connection.out.writeStaticString("Content-Length: ")
            for position in length.value.start..<length.value.end { connection.out.writeInteger(bytes[position]) }
            connection.out.writeStaticString("\r\n")
        case .length(let count):
            connection.out.writeStaticString("Content-Length: ")
            connection.out.writeDecimal(count)
            connection.out.writeStaticString("\r\n")
        case .chunked, .untilClose:
            isChunkedAnswer = callerTakesChunks
            endsByClosing = !callerTakesChunks
            if isChunkedAnswer { connection.out.writeStaticString("Transfer-Encoding: chunked\r\n") }
        }
    }

    /// An answer before the request is whole leaves bytes of it on the connection: it is not used again.
    private var willKeepAlive: Bool { callerKeepsAlive && isBodyDone && !endsByClosing }

    func received(body: ByteBuffer) {
        connection.clocks.touch()
        if isChunkedAnswer { ChunkHeader(size: body.readableBytes).write(into: &connection.out) }
        if body.readableBytes <= Self.copiedAtMost {
            connection.out.writeImmutableBuffer(body)
        } else {
            connection.flushOutWithoutSending()
            connection.write(body)
        }
        if isChunkedAnswer { connection.out.writeStaticString("\r\n") }
    }

    /// Larger pieces are handed on as they are.
    private static let copiedAtMost = 4096

    func receivedSoFar() {
        connection.flushOut()
        guard let context = connection.context else { return }
        if !context.channel.isWritable { exchange?.pauseReading() }
    }

    func receivedEnd() {
        if isChunkedAnswer { connection.out.writeStaticString("0\r\n\r\n") }
        end(isReusable: willKeepAlive)
    }

    func failed(_ failure: EgressFailure) {
        exchange = nil
        leaveFlight(isCut: true)
        guard !hasAnswered else {
            // The answer is cut short; so is the connection, since a chunked or sized body must not look complete.
            state.counters.count(.lend, status: 502)
            connection.abort()
            return
        }
        let problem = Problem.refusing(failure)
        status = problem.status
        state.counters.countLent(code: problem.lendError)
        hasAnswered = true
        problem.write(into: &connection.out, keepAlive: willKeepAlive, withBody: !isHead)
        end(isReusable: willKeepAlive)
    }

    private func end(isReusable: Bool) {
        exchange = nil
        leaveFlight()
        state.counters.count(.lend, status: status)
        connection.lendingEnded(isReusable: isReusable)
    }
}

extension ChunkHeader {
    /// Appends the size line.
    func write(into out: inout ByteBuffer) {
        withBytes { span in
            for position in 0..<span.count { out.writeInteger(span[position]) }
        }
    }
}

extension Connection {
    /// Queues what is written so far, to be sent with the next flush.
    func flushOutWithoutSending() {
        guard out.readableBytes > 0, let context else { return }
        context.write(wrapOutboundOut(out), promise: nil)
        isQueued = true
        out.clear()
    }

    /// Queues a piece as it is.
    func write(_ piece: ByteBuffer) {
        isQueued = true
        context?.write(wrapOutboundOut(piece), promise: nil)
    }

    /// Ends the connection at once, visibly before its time.
    func abort() {
        phase = .lingering
        context?.close(promise: nil)
    }
}
