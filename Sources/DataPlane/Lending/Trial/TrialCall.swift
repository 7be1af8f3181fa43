// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import Metering
internal import NIOCore
internal import Wire

/// One test call to a provider, on an event loop. It holds itself until it is over, which it is within 20 seconds.
final class TrialCall: ExchangeOwner {
    private let loan: Loan
    private let test: ProviderTest
    private let state: EventLoopState
    private let loop: any EventLoop
    private let done: (CredentialTrial) -> Void
    private var clock: Scheduled<Void>?
    private var exchange: Exchange?
    private var body: ByteBuffer?
    private var status: Int?
    private var answer = ByteBuffer()
    private var isOver = false

    private static let longest = TimeAmount.seconds(20)
    /// An answer that is longer counts by its status alone.
    private static let longestAnswer = 64 * 1024

    init(
        _ loan: Loan, _ test: ProviderTest, _ state: EventLoopState, on loop: any EventLoop,
        _ done: @escaping (CredentialTrial) -> Void
    ) {
        self.loan = loan
        self.test = test
        self.state = state
        self.loop = loop
        self.done = done
    }

    func start() {
        let place = NIOLoopBound(self, eventLoop: loop)
        clock = loop.scheduleTask(in: Self.longest) { place.value.end(.init(.unclear, reason: "timed out")) }
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
        case .tokenRefused: end(.init(.unclear, reason: "no token for id and secret"))
        default: end(.init(.unclear, reason: "the token endpoint cannot be reached"))
        }
    }

    private func send() {
        guard !isOver else { return }
        let way = state.makeWay(of: loan, to: loan.origin)
        let now = Moment(at: Clock.now(), tick: Clock.ticks())
        guard case .written(let request, let body) = TrialRequest(test, loan)?.draft.write(loan, way, state, at: now)
        else { return end(.init(.unclear, reason: "the call cannot be written")) }
        self.body = body
        let exchange = Exchange(to: way.destination, through: state.pool, for: self)
        self.exchange = exchange
        exchange.start(request)
    }

    func exchangeReady() {
        if let body { exchange?.send(body: body) }
        exchange?.finishBody()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) { status = head.status }

    func received(body: ByteBuffer) {
        guard answer.readableBytes + body.readableBytes <= Self.longestAnswer else {
            exchange?.cancel()
            answer.clear()
            return judge()
        }
        answer.writeImmutableBuffer(body)
    }

    func receivedSoFar() {}
    func writabilityChanged(_ isWritable: Bool) {}
    func receivedEnd() { judge() }
    func failed(_ failure: EgressFailure) { end(.init(.unclear, reason: failure.word)) }

    private func judge() {
        guard let status else { return end(.init(.unclear, reason: "no answer")) }
        let json = try? JSON.parse(String(decoding: answer.readableBytesView, as: UTF8.self))
        end(.init(test.verdict(status: status) { json?[$0].flatMap(AnswerScalar.init) }, status: status))
    }

    private func end(_ trial: CredentialTrial) {
        guard !isOver else { return }
        isOver = true
        clock?.cancel()
        exchange?.cancel()
        exchange = nil
        done(trial)
    }
}

extension AnswerScalar {
    fileprivate init?(_ json: JSON) {
        switch json {
        case .string(let text): self = .text(text)
        case .bool(let truth): self = .truth(truth)
        case .integer(let number): self = .number(number)
        case .null, .number, .array, .object: return nil
        }
    }
}
