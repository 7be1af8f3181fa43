// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import Metering
internal import NIOCore
internal import Wire

/// One call of our own to a provider, with the credential of a loan, on an event loop. It holds itself until it is over,
/// which it is within 20 seconds.
final class ProviderExchange: ExchangeOwner {
    private let loan: Loan
    private let request: OwnRequest?
    private let state: EventLoopState
    private let loop: any EventLoop
    private let longest: Int
    private let done: (Ending) -> Void
    private var clock: Scheduled<Void>?
    private var exchange: Exchange?
    private var body: ByteBuffer?
    private var answer: Answer?
    private var hasLeft = false
    private var isOver = false

    /// What came of it.
    enum Ending {
        /// A whole answer, or one that was too long.
        case answered(Answer)
        /// In a word or two why there is none; whether the call may have reached the provider.
        case failed(String, hasLeft: Bool)
    }

    /// An answer as far as calls of our own look at it.
    struct Answer {
        let status: Int
        var contentType = ""
        var retryAfter = ""
        var body = ByteBuffer()
        var isTooLong = false
    }

    private static let longestTime = TimeAmount.seconds(20)

    /// - Parameter longest: An answer with a longer body counts by its status alone.
    init(
        _ loan: Loan, _ request: OwnRequest?, _ state: EventLoopState, on loop: any EventLoop, longest: Int,
        _ done: @escaping (Ending) -> Void
    ) {
        self.loan = loan
        self.request = request
        self.state = state
        self.loop = loop
        self.longest = longest
        self.done = done
    }

    func start() {
        let place = NIOLoopBound(self, eventLoop: loop)
        clock = loop.scheduleTask(in: Self.longestTime) { place.value.fail("timed out") }
        guard loan.provider.clientCredentials != nil else { return send() }
        fetchToken()
    }

    /// A new token, for the one that is kept may have outlived the secret it was given for.
    private func fetchToken() {
        let (desk, now, version) = (state.tokenDesk, Clock.now(), loan.version.id)
        if let kept = desk.token(of: loan, at: now) { desk.forget(kept, of: version) }
        let place = NIOLoopBound(self, eventLoop: loop)
        let isFirst = desk.wait(for: loan, at: now) { refusal in
            place.eventLoop.execute { place.value.tokenCame(refusal) }
        }
        guard isFirst else { return }
        guard let destination = state.tokenDestination(of: loan),
            let fetch = TokenFetch(loan, at: now, { desk.settle(version, $0) })
        else { return desk.settle(version, .failed(.credentialUnavailable)) }
        fetch.start(to: destination, through: state.pool)
    }

    private func tokenCame(_ refusal: LendRefusal?) {
        switch refusal {
        case nil: send()
        case .tokenRefused: fail("no token for id and secret")
        default: fail("the token endpoint cannot be reached")
        }
    }

    private func send() {
        guard !isOver else { return }
        let way = state.makeWay(of: loan, to: loan.origin)
        let now = Moment(at: Clock.now(), tick: Clock.ticks())
        guard case .written(let request, let body) = request?.draft.write(loan, way, state, at: now)
        else { return fail("the call cannot be written") }
        self.body = body
        let exchange = Exchange(to: way.destination, through: state.pool, for: self)
        self.exchange = exchange
        exchange.start(request)
    }

    func exchangeReady() {
        hasLeft = true
        if let body { exchange?.send(body: body) }
        exchange?.finishBody()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        let span = bytes.readableBytesUInt8Span
        var answer = Answer(status: head.status)
        for field in head.fields {
            if span.equalsIgnoringCase(field.name, "content-type") { answer.contentType = span.text(field.value) }
            if span.equalsIgnoringCase(field.name, "retry-after") { answer.retryAfter = span.text(field.value) }
        }
        self.answer = answer
    }

    func received(body piece: ByteBuffer) {
        guard let count = answer?.body.readableBytes, count + piece.readableBytes <= longest else {
            answer?.body.clear()
            answer?.isTooLong = true
            return receivedEnd()
        }
        answer?.body.writeImmutableBuffer(piece)
    }

    func receivedSoFar() {}
    func writabilityChanged(_ isWritable: Bool) {}
    func receivedEnd() { if let answer { end(.answered(answer)) } else { fail("no answer") } }

    func failed(_ failure: EgressFailure) {
        switch failure {
        case .refusedAddress, .unreachable, .tooManyConnections, .timedOut(.resolve), .timedOut(.connect),
            .timedOut(.tls):
            hasLeft = false
        case .timedOut, .closedEarly, .malformedResponse, .requestBodyLength: break
        }
        fail(failure.word)
    }

    private func fail(_ word: String) { end(.failed(word, hasLeft: hasLeft)) }

    private func end(_ ending: Ending) {
        guard !isOver else { return }
        isOver = true
        clock?.cancel()
        exchange?.cancel()
        exchange = nil
        done(ending)
    }
}
