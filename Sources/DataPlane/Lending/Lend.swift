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
/// other back. What the provider says is in `Lend+Answer.swift`.
final class Lend: ExchangeOwner {
    unowned let connection: Connection
    let state: EventLoopState
    var exchange: Exchange?
    private var request: OutgoingRequest?
    var way: EventLoopState.WayOut?
    private(set) var notice: RetiringNotice?
    /// The body, where it was awaited and is sent in one piece.
    var wholeBody: ByteBuffer?
    var status = 0
    /// What the call was charged and is counted for, until it has ended.
    private(set) var pass: LendPass?
    /// Whose call it is: asked again while it lasts.
    private var key: KeyPosition?
    /// What the request is written from once more.
    var again: LendAgain?
    /// The loan that the provider refused, while the same call is made with the other version.
    var refused: Loan?
    /// What the log will tell of it, if there is one.
    var trace: TraceRecord?

    private(set) var isHead = false
    private(set) var callerKeepsAlive = false
    private(set) var callerTakesChunks = true
    var isReady = false
    private(set) var isBodyDone = false
    var hasAnswered = false
    var isChunkedAnswer = false
    var endsByClosing = false
    /// Both sides have gone over to WebSocket: bytes pass as they are.
    var isUpgraded = false
    private var sent = LendBody(atMost: nil)
    var received = LendBody(atMost: nil)
    var filter: EchoFilter?

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
        let bytes = given.message.readableBytesUInt8Span
        isHead = bytes.equals(head.method, "HEAD")
        callerKeepsAlive = head.keepAlive
        callerTakesChunks = head.minorVersion == 1
        guard !Via.isLoop(head.fields, bytes, state.via.name) else { return refuse(.loop, given, at: now) }
        switch LendRequest.decide(given, state, at: now) {
        case .refused(let problem): return refuse(problem, given, at: now)
        case .awaitsLease(let want): return .awaitsLease(want)
        case .needsBody: return .needsBody
        case .needsToken(let loan): return .needsToken(loan)
        case .ready(let start):
            begin(start)
            if state.log != nil { trace = TraceRecord(given, start.loan, at: now) }
            return .started
        }
    }

    private func begin(_ start: LendStart) {
        pass = start.pass
        notice = start.notice
        key = start.key
        request = start.request
        way = start.way
        wholeBody = start.body
        again = LendAgain(draft: start.draft)
        let care = start.way.care
        sent = LendBody(atMost: care.requestBytes, passed: start.body?.readableBytes ?? 0)
        received = LendBody(atMost: care.responseBytes)
        isBodyDone = start.body != nil || start.request.body == .none || start.request.body == .length(0)
        exchange = Exchange(to: start.way.destination, through: state.pool, for: self)
    }

    /// The call does not leave: writes the answer.
    private func refuse(_ problem: Problem, _ given: LendRequest.Given, at now: Moment) -> Start {
        problem.write(into: &connection.out, keepAlive: given.head.keepAlive, withBody: !isHead)
        status = problem.status
        state.counters.countLent(code: problem.lendError)
        state.log?.write(TraceRecord(given, nil, at: now), code: problem.lendError, sent: 0, received: 0)
        return .refused
    }

    /// Ends the call's place in flight, counts it and tells of it, once. `isCut`: the provider's answer was not whole.
    func leaveFlight(isCut: Bool = false, code: String? = nil) {
        again = nil
        if let trace {
            self.trace = nil
            state.log?.write(trace, code: code, sent: sent.count, received: received.count)
        }
        guard let pass else { return }
        self.pass = nil
        if let hold = pass.hold { state.meters.release(hold) }
        let use = way.map { pass.use.carrying($0.loan) } ?? pass.use
        state.count(use, providerStatus: hasAnswered && !isCut ? status : nil)
    }

    deinit { leaveFlight(isCut: true, code: "caller_gone") }

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
        guard sent.takes(piece.readableBytes) || isUpgraded else {
            state.counters.countLent(code: Problem.requestTooLarge.lendError)
            return refuse(.requestTooLarge)
        }
        if !isUpgraded { again?.keep(piece) }
        exchange?.send(body: piece)
    }

    func flush() { exchange?.flush() }

    func finishBody() {
        isBodyDone = true
        exchange?.finishBody()
    }

    /// A caller that has heard enough of a stream goes away; the provider did answer.
    func callerGone() { drop("caller_gone") }

    func drop(_ code: String?, isCut: Bool = false) {
        exchange?.cancel()
        exchange = nil
        leaveFlight(isCut: isCut, code: code)
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
        guard exchange != nil, let loan = way?.loan, let key,
            let problem = LendStanding.problem(of: loan, key, state, at: now)
        else { return }
        cut(problem)
    }

    /// The loan that a call which was refused by the provider could be made with instead.
    var otherLoan: Loan? {
        guard isBodyDone, let loan = way?.loan, let key,
            LendStanding.problem(of: loan, key, state, at: connection.clocks.now.at) == nil
        else { return nil }
        return LendStanding.other(than: loan, state)
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
