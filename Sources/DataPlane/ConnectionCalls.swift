// SPDX-License-Identifier: Apache-2.0
internal import Metering
internal import NIOCore
internal import Wire

/// gRPC over this connection: HTTP/2 by prior knowledge, on the port that speaks HTTP/1.1 too.
extension Connection {
    /// What the first bytes of a connection say.
    enum Opening { case requests, calls, unclear }

    /// Whether the bytes begin with the preface of HTTP/2.
    static func opening(_ bytes: Span<UInt8>) -> Opening {
        let preface = FrameHead.preface
        for position in 0..<min(bytes.count, preface.count) where bytes[position] != preface[position] {
            return .requests
        }
        return bytes.count >= preface.count ? .calls : .unclear
    }

    /// From here on the connection carries calls.
    func beginCalls() {
        pending.moveReaderIndex(forwardBy: FrameHead.preface.count)
        phase = .calls(CallSession(at: clocks.activity, into: &out))
    }

    /// Answers what is whole.
    func answerCalls(_ session: CallSession) -> Bool {
        let message = pending
        var offset = 0
        while true {
            switch session.next(message.readableBytesUInt8Span, from: &offset, at: clocks.activity, into: &out) {
            case .needMore:
                pending.moveReaderIndex(forwardBy: offset)
                return false
            case .call(let call):
                clocks.noteWaiting(false)
                answer(call, message.readableBytesUInt8Span, session)
            case .ended:
                last()
                return false
            }
        }
    }

    private func answer(_ call: CallSession.Call, _ bytes: Span<UInt8>, _ session: CallSession) {
        switch call.method {
        case .unknown: session.fail(call.stream, .unknownMethod, into: &out)
        case .health:
            state.counters.count(.health, status: 200)
            session.answer(call.stream, with: CheckAnswer.serving, into: &out)
        case .check:
            let decision: Decision? =
                switch call.message {
                case .here(let range): check(bytes, Slice(start: range.lowerBound, end: range.upperBound))
                case .kept(let message): check(message.span, Slice(start: 0, end: message.count))
                }
            conclude(call, decision, bytes, session)
        }
    }

    /// The decision, with its message in the loop's `message`; nil for what is no `CheckRequest`.
    private func check(_ bytes: Span<UInt8>, _ slice: Slice) -> Decision? {
        do {
            try state.checking.read(bytes, slice)
        } catch {
            return nil
        }
        state.page.message.clear()
        let endpoint = CheckDecision(core: state.authorizing, trusted: state.trusted)
        return endpoint.answer(
            state.checking, bytes, peer: peer, at: clocks.now, into: &state.page)
    }

    private func conclude(
        _ call: CallSession.Call, _ decision: Decision?, _ bytes: Span<UInt8>, _ session: CallSession
    ) {
        switch decision {
        case nil:
            state.counters.count(.check, status: 400)
            session.fail(call.stream, .notACheck, into: &out)
        case .answered(let verdict, let status):
            if let verdict { state.counters.count(.check, verdict) }
            state.counters.count(.check, status: status)
            state.counters.countLatency(nanoseconds: Clock.ticks() &- clocks.activity)
            session.answer(call.stream, with: state.page.message, into: &out)
        case .awaitsLease(let want):
            guard let context, session.park(call, bytes) else {
                return session.fail(call.stream, .unavailable, into: &out)
            }
            let place = NIOLoopBound((connection: self, session: session), eventLoop: context.eventLoop)
            let stream = call.stream
            state.lender.lend(want) { isWorthAsking in
                place.eventLoop.execute { place.value.connection.resume(stream, place.value.session, isWorthAsking) }
            }
        }
    }

    /// The lender has answered: only this call waited, the others went on.
    private func resume(_ stream: UInt32, _ session: CallSession, _ isWorthAsking: Bool) {
        guard case .calls = phase, context != nil, let call = session.parked(stream) else { return }
        clocks.touch()
        if isWorthAsking {
            let message = pending
            answer(call, message.readableBytesUInt8Span, session)
        } else {
            session.fail(stream, .unavailable, into: &out)
        }
        if session.hasEnded { last() } else { flushOut() }
    }

    /// Once a second: what took too long, or nothing for too long, ends.
    func checkCalls(_ session: CallSession, idle: Duration, waiting: Duration, at now: UInt64) {
        let limits = state.limits
        let patience = UInt64(limits.body.components.seconds) * 1_000_000_000
        if now > patience { session.giveUp(begunBefore: now - patience, into: &out) }
        if waiting > limits.head || (idle > limits.idle && session.streams.isEmpty) { session.finish(into: &out) }
        if waiting > limits.head || session.hasEnded { last() } else { flushOut() }
    }
}
