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
    unowned let connection: Connection
    let state: EventLoopState
    private(set) var exchange: Exchange?
    private var request: OutgoingRequest?
    private(set) var way: EventLoopState.WayOut?
    private(set) var notice: RetiringNotice?
    /// Whose call it is, for those that last.
    private var key: KeyPosition?
    private(set) var status = 0
    /// The call's place among those in flight.
    private var hold: Hold?
    /// What the log will tell of it, if there is one.
    var trace: TraceRecord?

    private(set) var isHead = false
    private var callerKeepsAlive = false
    private var callerTakesChunks = true
    private var isReady = false
    private var isBodyDone = false
    private(set) var hasAnswered = false
    private var isChunkedAnswer = false
    private var endsByClosing = false
    /// Both sides have gone over to WebSocket: bytes pass as they are.
    private(set) var isUpgraded = false
    private var sent = LendBody(atMost: nil)
    private var received = LendBody(atMost: nil)
    private var filter: EchoFilter?

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
    }

    /// Decides on the call and prepares the request.
    func start(_ head: RequestHead, _ message: ByteBuffer, peer: IPAddress?, at now: Moment) -> Start {
        let bytes = message.readableBytesUInt8Span
        isHead = bytes.equals(head.method, "HEAD")
        callerKeepsAlive = head.keepAlive
        callerTakesChunks = head.minorVersion == 1
        guard !Via.isLoop(head.fields, bytes, state.via.name) else { return refuse(.loop, head, bytes, at: now) }
        switch LendRequest.decide(head, message, state, peer: peer, at: now) {
        case .refused(let problem): return refuse(problem, head, bytes, at: now)
        case .awaitsLease(let want): return .awaitsLease(want)
        case .ready(let request, let way, let hold, let notice, let key):
            self.hold = hold
            self.notice = notice
            self.request = request
            self.way = way
            self.key = key
            sent = LendBody(atMost: way.care.requestBytes)
            received = LendBody(atMost: way.care.responseBytes)
            isBodyDone = request.body == .none || request.body == .length(0)
            exchange = Exchange(to: way.destination, through: state.pool, for: self)
            if state.log != nil { trace = TraceRecord(head, bytes, way.loan, at: now) }
            return .started
        }
    }

    /// The call does not leave: writes the answer.
    private func refuse(_ problem: Problem, _ head: RequestHead, _ bytes: Span<UInt8>, at now: Moment) -> Start {
        problem.write(into: &connection.out, keepAlive: head.keepAlive, withBody: !isHead)
        status = problem.status
        if let log = state.log {
            log.write(TraceRecord(head, bytes, nil, at: now), code: problem.lendError, sent: 0, received: 0)
        }
        return .refused
    }

    /// Ends the call's place in flight, once, and tells of it.
    private func leaveFlight(_ code: String? = nil) {
        if let trace {
            state.log?.write(trace, code: code, sent: sent.count, received: received.count)
            self.trace = nil
        }
        guard let hold else { return }
        self.hold = nil
        state.meters.release(hold)
    }

    deinit { leaveFlight("caller_gone") }

    /// The request, given away once: its head holds the credential.
    func takeRequest() -> OutgoingRequest {
        guard let taken = request.take() else { preconditionFailure("a request is sent once") }
        return taken
    }

    // MARK: From the caller

    /// Whether a piece of the caller's body could be handed on now.
    var takesBody: Bool { isReady && (!isBodyDone || isUpgraded) && (exchange?.isWritable ?? false) }
    /// Whether the caller is expected to send.
    var isWaitingForCaller: Bool { isReady && !isBodyDone && !hasAnswered }

    /// Hands on a piece of the body, or of what goes through after an upgrade.
    func send(_ piece: ByteBuffer) {
        guard sent.takes(piece.readableBytes) || isUpgraded else { return refuse(.requestTooLarge) }
        exchange?.send(body: piece)
    }

    func flush() { exchange?.flush() }

    func finishBody() {
        isBodyDone = true
        exchange?.finishBody()
    }

    func callerGone() { drop("caller_gone") }

    private func drop(_ code: String) {
        exchange?.cancel()
        exchange = nil
        leaveFlight(code)
    }

    func callerWritable(_ isWritable: Bool) {
        if isWritable { exchange?.resumeReading() } else { exchange?.pauseReading() }
    }

    /// The caller's own message is broken or too long: nothing of what follows can be trusted.
    func refuse(_ problem: Problem) {
        drop(problem.lendError ?? problem.code)
        if hasAnswered { connection.last() } else { connection.end(with: problem) }
    }

    func callerStalled() { refuse(.timeout) }

    /// Once a second while the call lasts: a stream or a WebSocket ends with the right to it.
    func checkStanding(at now: Instant) {
        guard exchange != nil, let loan = way?.loan, let key else { return }
        guard let problem = LendStanding.problem(of: loan, key, state, at: now) else { return }
        cut(problem)
    }

    // MARK: From the provider

    func exchangeReady() {
        isReady = true
        connection.advance()
        connection.resumeReading()
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable else { return }
        connection.advance()
        connection.resumeReading()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        connection.clocks.touch()
        guard let way else { return }
        trace?.providerStatus = head.status
        if LendBody.isTooLong(head.framing, way.care.responseBytes), !isHead { return fail(.answerTooLarge) }
        let span = bytes.readableBytesUInt8Span
        let matcher = way.care.scrubs ? state.echoes.matcher(for: way, at: connection.clocks.activity) : nil
        do {
            filter = try EchoFilter(head, in: span, way.care, matcher)
        } catch {
            return fail(.answerCoded)
        }
        hasAnswered = true
        status = head.status
        isUpgraded = status == 101
        let start = connection.out.readableBytes
        connection.out.writeStaticString("HTTP/1.1 ")
        connection.out.writeDecimal(head.status)
        connection.out.writeStaticString(" ")
        connection.out.writeBytes(bytes.readableBytesSpan.extracting(head.reason.start..<head.reason.end))
        connection.out.writeStaticString("\r\n")
        way.hygiene.forward(head, in: bytes, into: &connection.out, decoded: filter?.decodes ?? false)
        if let matcher { scrubHead(matcher, from: start + Self.statusLength) }
        notice?.write(beside: head.fields, in: span, into: &connection.out)
        frame(head, span)
        if isUpgraded {
            connection.out.writeStaticString(WebSocketFields.lines)
        } else if !willKeepAlive {
            connection.out.writeStaticString("Connection: close\r\n")
        }
        connection.out.writeStaticString("\r\n")
        if isUpgraded { connection.advance() }
    }

    /// `HTTP/1.1 200 `
    private static let statusLength = 13

    private func scrubHead(_ matcher: EchoMatcher, from start: Int) {
        guard !matcher.isEmpty else { return }
        var scrubber = EchoScrubber(matcher)
        scrubber.scrub(whole: &connection.out, from: start)
        if let form = scrubber.found { report(form, in: "header") }
    }

    private func report(_ form: EchoForm, in place: String) {
        guard let loan = way?.loan else { return }
        state.counters.countEcho()
        state.echoReports.note(
            EchoReport(
                integration: loan.integration.id, account: loan.integration.account,
                credential: loan.integration.credential, version: loan.version.id, place: place, form: form.rawValue),
            tick: connection.clocks.activity)
    }

    private func frame(_ head: ResponseHead, _ bytes: Span<UInt8>) {
        switch head.framing {
        case .none:
            guard isHead, let length = head.fields.first(.contentLength) else { return }
            connection.out.writeStaticString("Content-Length: ")
            for position in length.value.start..<length.value.end { connection.out.writeInteger(bytes[position]) }
            connection.out.writeStaticString("\r\n")
        case .length(let count) where !(filter?.decodes ?? false):
            connection.out.writeStaticString("Content-Length: ")
            connection.out.writeDecimal(count)
            connection.out.writeStaticString("\r\n")
        case .length, .chunked, .untilClose:
            isChunkedAnswer = callerTakesChunks
            endsByClosing = !callerTakesChunks
            if isChunkedAnswer { connection.out.writeStaticString("Transfer-Encoding: chunked\r\n") }
        }
    }

    /// An answer before the request is whole leaves bytes of it on the connection: it is not used again.
    private var willKeepAlive: Bool { callerKeepsAlive && isBodyDone && !endsByClosing && !isUpgraded }

    func received(body: ByteBuffer) {
        connection.clocks.touch()
        guard filter != nil else { return hand(body) }
        let before = filter?.form
        do {
            try filter?.take(body) { hand($0) }
        } catch {
            return cut(.answerCoded)
        }
        if before == nil, let form = filter?.form { report(form, in: "body") }
    }

    /// Hands on a piece of the answer.
    private func hand(_ piece: ByteBuffer) {
        guard exchange != nil else { return }
        guard received.takes(piece.readableBytes) || isUpgraded else { return cut(.answerTooLarge) }
        if isChunkedAnswer { ChunkHeader(size: piece.readableBytes).write(into: &connection.out) }
        if piece.readableBytes <= Self.copiedAtMost {
            connection.out.writeImmutableBuffer(piece)
        } else {
            connection.flushOutWithoutSending()
            connection.write(piece)
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
        if filter != nil {
            let before = filter?.form
            do {
                try filter?.finish { hand($0) }
            } catch {
                return cut(.answerCoded)
            }
            if before == nil, let form = filter?.form { report(form, in: "body") }
            // The last piece was one too many.
            guard exchange != nil else { return }
        }
        if isChunkedAnswer { connection.out.writeStaticString("0\r\n\r\n") }
        end(isReusable: willKeepAlive)
    }

    func failed(_ failure: EgressFailure) { fail(.refusing(failure)) }

    /// There is no answer, or no more of it.
    private func fail(_ problem: Problem) {
        guard !hasAnswered else { return cut(problem) }
        exchange?.cancel()
        exchange = nil
        status = problem.status
        hasAnswered = true
        problem.write(into: &connection.out, keepAlive: willKeepAlive, withBody: !isHead)
        end(isReusable: willKeepAlive, problem.lendError)
    }

    /// The answer is cut short; so is the connection, since a chunked or sized body must not look complete.
    private func cut(_ problem: Problem) {
        guard hasAnswered else { return fail(problem) }
        drop(problem.lendError ?? problem.code)
        state.counters.count(.lend, status: problem.status)
        connection.abort()
    }

    private func end(isReusable: Bool, _ code: String? = nil) {
        exchange = nil
        leaveFlight(code)
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
