// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Wire

/// From the caller's head to the provider's: who calls, what they may do, and the request that leaves.
enum LendRequest {
    /// How it was decided.
    enum Outcome {
        case ready(LendStart)
        case refused(Problem)
        case awaitsLease(Want)
        /// The credential goes into the body, or signs it: it must be here whole first.
        case needsBody
        /// The provider's token for this loan must be fetched first.
        case needsToken(Loan)
    }

    /// The caller's request as it came.
    struct Given {
        let head: RequestHead
        let message: ByteBuffer
        /// The body, where it was awaited.
        let body: Range<Int>?
        let peer: IPAddress?
        let entrance: HostEntrance?
    }

    static func decide(_ given: Given, _ state: EventLoopState, at now: Moment) -> Outcome {
        let bytes = given.message.readableBytesUInt8Span
        let head = given.head
        guard !bytes.equals(head.method, "CONNECT"), !bytes.equals(head.method, "TRACE") else {
            return .refused(.lend(.method))
        }
        if let entrance = given.entrance, !entrance.isHost(head.fields.first(.host), bytes) {
            return .refused(.lend(.misdirected))
        }
        guard let target = LendTarget(head.target, bytes, given.entrance) else {
            return .refused(.lend(.pathNotCanonical))
        }
        switch LendCaller.find(given, target, state, at: now) {
        case .refused(let problem): return .refused(problem)
        case .caller(let caller): return decide(given, target, caller, state, at: now)
        }
    }

    private static func decide(
        _ given: Given, _ target: LendTarget, _ caller: LendCaller.Caller, _ state: EventLoopState, at now: Moment
    ) -> Outcome {
        let message = given.message
        let bytes = message.readableBytesUInt8Span
        let choice = target.choice(bytes, given.entrance)
        let method = given.head.method.start..<given.head.method.end
        let path = caller.path ?? target.path
        let verdict: LendVerdict
        var canonical: [UInt8]?
        let query = { QueryRewriter.parameters(target.query, message.readableBytesUInt8Span) }
        switch path.isEmpty ? .rewritten([0x2F]) : CanonicalPath.read(bytes, path) {
        case .refused: return .refused(.lend(.pathNotCanonical))
        case .asWritten:
            verdict = state.lending.decide(
                app: caller.app, choice, bytes, .init(method: method, path: path), at: now.at, query: query)
        case .rewritten(let rewritten):
            canonical = rewritten
            let joined = Joined(bytes, appending: rewritten)
            verdict = state.lending.decide(
                app: caller.app, choice, joined.bytes.span, .init(method: method, path: joined.appended), at: now.at,
                query: query)
        }
        guard case .allowed(let loan, let rule) = verdict else {
            if case .unavailable(let loan) = verdict { tell(of: loan, caller, state) }
            return .refused(.lend(LendRefusal(verdict)))
        }
        // Anywhere else the caller's key would be handed on to the provider.
        guard caller.places.allSatisfy({ $0.isRight(for: loan.provider.slots) }) else {
            return .refused(Problem.keyMissing.onLend("unknown"))
        }
        if let refusal = QuerySlots.refusal(target.query, bytes, loan, rule: rule) { return .refused(.lend(refusal)) }
        let draft = LendDraft(given: given, path: path, canonical: canonical, query: target.query)
        // Its provider may have moved since the connection was opened.
        if let entrance = given.entrance, !loan.origins.contains(entrance.origin) {
            return .refused(.lend(.integrationUnknown))
        }
        let framing = given.body.map { Framing.length($0.count) } ?? given.head.framing
        if let problem = LendBody.refusal(of: framing, loan.integration.care) { return .refused(problem) }
        let way = given.entrance.map { state.way(of: loan, to: $0.origin) } ?? state.way(of: loan)
        switch draft.write(loan, way, state, at: now) {
        case .needsBody: return .needsBody
        case .needsToken: return .needsToken(loan)
        case .refused(let refusal): return .refused(.lend(refusal))
        case .written(let request, let body):
            // Last, so that a refused call is never charged.
            switch LendCharge(caller: caller, loan: loan, state: state, now: now).take(rule: rule) {
            case .taken(let pass):
                return .ready(
                    LendStart(
                        request: request, body: body, way: way, loan: loan, draft: draft, pass: pass,
                        notice: caller.notice, key: caller.key))
            case .refused(let problem): return .refused(problem)
            case .awaitsLease(let want): return .awaitsLease(want)
            }
        }
    }
}

extension LendRequest {
    /// Somebody still calls through a credential that was deleted.
    private static func tell(of loan: Loan, _ caller: LendCaller.Caller, _ state: EventLoopState) {
        guard let credential = loan.credential, credential.deletion != nil else { return }
        let key = state.index.reading(lane: state.lane) { contents, _ in contents.portrait(caller.key).id }
        state.holding.askedForDeleted(
            AskedDeleted(
                credential: credential.id, integration: loan.integration.id, app: caller.app,
                account: credential.account, key: key))
    }
}

/// A call that may leave.
struct LendStart {
    let request: OutgoingRequest
    /// The body, where it was awaited and written anew; otherwise it is handed on as it comes.
    let body: ByteBuffer?
    let way: EventLoopState.WayOut
    let loan: Loan
    /// To write the request once more, with another version of the value.
    let draft: LendDraft
    /// What the call was charged, and for whom it is counted.
    let pass: LendPass
    let notice: RetiringNotice?
    /// Whether it still stands is asked while the call lasts.
    let key: KeyPosition
}
