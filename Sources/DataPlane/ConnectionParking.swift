// SPDX-License-Identifier: Apache-2.0
internal import Metering
internal import NIOCore
internal import Wire

/// Waiting for the lender. Only this connection waits: its event loop goes on with the others.
extension Connection {
    /// How often one request may find that others took what was lent for it.
    private static let mostTimesParked = 64

    /// Asks for more of a budget, to decide again when it is there. The request stays as it is.
    func park(_ target: Target, _ want: Want, whole: ByteBuffer? = nil, headCount: Int = 0) -> Bool {
        guard let context, timesParked < Self.mostTimesParked else { return giveUp(target, whole, headCount) }
        timesParked += 1
        parser.reset()
        phase = .parked(target, whole: whole, headCount: headCount)
        let place = NIOLoopBound(self, eventLoop: context.eventLoop)
        state.lender.lend(want) { isWorthAsking in
            place.eventLoop.execute { place.value.unpark(isWorthAsking) }
        }
        return false
    }

    private func unpark(_ isWorthAsking: Bool) { unpark(refusedBy: isWorthAsking ? nil : .leaseUnavailable) }

    /// Goes on with the request, or refuses it.
    func unpark(refusedBy problem: Problem?) {
        guard case .parked(let target, let whole, let headCount) = phase, context != nil else { return }
        phase = .head
        clocks.touch()
        clocks.noteWaiting(false)
        if let problem {
            if let whole { _ = parser.parseRequest(whole.readableBytesUInt8Span) } else { reparse() }
            _ = giveUp(target, whole, headCount, problem)
        } else if let whole {
            _ = parser.parseRequest(whole.readableBytesUInt8Span)
            _ = answer(target, whole, headCount..<whole.readableBytes, isKept: true)
        }
        advance()
        flushOut()
        resumeReading()
    }

    private func reparse() {
        let message = pending
        _ = parser.parseRequest(message.readableBytesUInt8Span)
    }

    /// Storage does not take it, or others are always faster: nothing was taken, and the call may be tried again.
    private func giveUp(
        _ target: Target, _ whole: ByteBuffer?, _ headCount: Int, _ problem: Problem = .leaseUnavailable
    ) -> Bool {
        if whole != nil { return refuse(problem, target.route, consuming: 0) }
        guard case .length(let count) = parser.request.framing, count > 0 else {
            return refuse(problem, target.route)
        }
        // A body that was awaited is here whole; that of a lent call may still be on its way and is thrown away.
        let total = parser.request.byteCount + count
        return refuse(problem, target.route, consuming: pending.readableBytes >= total ? total : nil)
    }
}
