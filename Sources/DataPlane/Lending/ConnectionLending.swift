// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import NIOCore
internal import Wire

/// Lending over this connection.
extension Connection {
    /// Decides on a call and starts it.
    func lend() -> Bool {
        let message = pending
        if entrance == nil, let subject = LendCard.subject(parser.request, message.readableBytesUInt8Span) {
            return show(subject)
        }
        return lend(message, body: nil, isKept: false)
    }

    /// The same with the body where it was awaited. `isKept`: the request stands in `message` alone.
    func lend(_ message: ByteBuffer, body: Range<Int>?, isKept: Bool) -> Bool {
        let head = parser.request
        let call = Lend(connection: self, state: state)
        let given = LendRequest.Given(head: head, message: message, body: body, peer: peer, entrance: entrance)
        switch call.start(given, at: clocks.now) {
        case .started: break
        case .refused: return finish(.lend, call.status, consuming: body.map { isKept ? 0 : $0.upperBound })
        case .awaitsLease(let want):
            return park(.lend, want, whole: isKept ? message : nil, headCount: body?.lowerBound ?? 0)
        case .needsBody: return collect(.lend)
        case .needsToken(let loan):
            return awaitToken(of: loan, whole: isKept ? message : nil, headCount: body?.lowerBound ?? 0)
        }
        sendContinue(head)
        phase = .lending(call, BodyDecoder(body == nil ? head.framing : .none))
        if !isKept { pending.moveReaderIndex(forwardBy: body?.upperBound ?? head.byteCount) }
        parser.reset()
        call.exchange?.start(call.takeRequest())
        return true
    }

    /// Hands on what has come of the caller's body, as far as the provider takes it.
    func lendBody(_ call: Lend, _ decoder: BodyDecoder) -> Bool {
        guard call.takesBody else { return false }
        if call.isUpgraded { return passOn(call) }
        var (decoder, offset) = (decoder, 0)
        defer {
            if case .lending = phase { phase = .lending(call, decoder) }
        }
        while call.takesBody {
            let message = pending
            switch decoder.next(message.readableBytesUInt8Span, from: offset) {
            case .data(let slice):
                let start = pending.readerIndex + slice.start
                if let piece = pending.getSlice(at: start, length: slice.count) { call.send(piece) }
                // It was too much: the answer is written, and nothing is left to read.
                guard case .lending = phase else { return false }
                offset = slice.end
            case .needMore:
                pending.clear()
                call.flush()
                return false
            case .end(let end):
                pending.moveReaderIndex(forwardBy: end)
                call.finishBody()
                return false
            case .refused(let fault):
                call.refuse(.refusing(fault))
                return false
            }
        }
        pending.moveReaderIndex(forwardBy: offset)
        call.flush()
        return false
    }

    /// After an upgrade there are no messages: hands on all that has come.
    private func passOn(_ call: Lend) -> Bool {
        let bytes = pending
        pending = ByteBuffer()
        if bytes.readableBytes > 0 { call.send(bytes) }
        call.flush()
        return false
    }

    /// The lent call is answered whole. `isReusable`: the request was read whole and the caller wants to go on.
    func lendingEnded(isReusable: Bool) {
        guard case .lending = phase else { return }
        guard isReusable, !state.isDraining else {
            last()
            return
        }
        phase = .head
        hasSentContinue = false
        clocks.noteWaiting(false)
        clocks.touch()
        flushOut()
        advance()
        flushOut()
        resumeReading()
    }
}
