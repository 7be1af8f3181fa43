// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// Requests whose body is answered as a whole.
extension Connection {
    /// Answers at once when the body is here whole, waits for it otherwise.
    func collect(_ target: Target) -> Bool {
        let head = parser.request
        switch head.framing {
        case .none, .length(0), .untilClose:
            return refuse(.bodyMissing, target.route)
        case .length(let count):
            guard count <= Self.longestBody else { return refuse(.bodyTooLong, target.route) }
            let total = head.byteCount + count
            guard pending.readableBytes >= total else {
                sendContinue(head)
                awaited = total
                isWaitingForBody = true
                parser.reset()
                return false
            }
            return answer(target, pending, head.byteCount..<total, isKept: false)
        case .chunked:
            sendContinue(head)
            let kept = pending.getSlice(at: pending.readerIndex, length: head.byteCount) ?? ByteBuffer()
            pending.moveReaderIndex(forwardBy: head.byteCount)
            phase = .chunks(target, head: kept, BodyDecoder(.chunked), body: [])
            return true
        }
    }

    /// Gathers the body from its chunks.
    func chunks(_ target: Target, _ head: ByteBuffer, _ decoder: BodyDecoder, _ body: [UInt8]) -> Bool {
        var (decoder, body) = (decoder, body)
        phase = .head
        var offset = 0
        while true {
            let message = pending
            switch decoder.next(message.readableBytesUInt8Span, from: offset) {
            case .data(let slice):
                guard body.count + slice.count <= Self.longestBody else {
                    // The head is no longer among the pending bytes, and what follows is the middle of a body: there
                    // is no going on.
                    end(with: .bodyTooLong)
                    return false
                }
                body.append(contentsOf: pending.readableBytesView.dropFirst(slice.start).prefix(slice.count))
                offset = slice.end
            case .needMore:
                pending.clear()
                phase = .chunks(target, head: head, decoder, body: body)
                return false
            case .refused(let fault):
                end(with: Problem.refusing(fault))
                return false
            case .end(let end):
                pending.moveReaderIndex(forwardBy: end)
                parser.reset()
                _ = parser.parseRequest(head.readableBytesUInt8Span)
                var whole = head
                whole.writeBytes(body)
                return answer(target, whole, head.readableBytes..<whole.readableBytes, isKept: true)
            }
        }
    }

    /// Answers a request that is whole; its head has been parsed.
    ///
    /// - Parameter isKept: its bytes stand in `message` alone and are no longer pending.
    func answer(_ target: Target, _ message: ByteBuffer, _ body: Range<Int>, isKept: Bool) -> Bool {
        let total = isKept ? 0 : body.upperBound
        switch target {
        case .lend: return lend(message, body: body, isKept: isKept)
        case .oauth(let kind): return oauth(kind, target, message, body, consuming: total)
        case .follow: return follow(parser.request, message, body, consuming: total)
        case .reveal: return reveal(parser.request, message, body, consuming: total)
        default: break
        }
        switch verify(target, parser.request, message, body) {
        case .awaitsLease(let want) where isKept: return park(target, want, whole: message, headCount: body.lowerBound)
        case .awaitsLease(let want): return park(target, want)
        case .answered(_, let status): return finish(target.route, status, consuming: total)
        }
    }

    var verifyEndpoint: Verify {
        Verify(
            index: state.index, lane: state.lane, counters: state.counters, meters: state.meters, lender: state.lender,
            gate: state.gate, tokens: state.tokens)
    }

    private func verify(_ target: Target, _ head: RequestHead, _ message: ByteBuffer, _ body: Range<Int>) -> Decision {
        let bytes = message.readableBytesUInt8Span
        let endpoint = verifyEndpoint
        let kind: Verify.Kind =
            switch target {
            case .batch: .batch
            case .settle: .settlement
            case .unkey: .unkey
            default: .one
            }
        let decision = endpoint.answer(
            head, bytes, body: bytes.extracting(body), kind, peer: peer, at: clocks.now, progress: &verifying,
            scratch: &state.scratch, into: &out)
        state.counters.countLatency(nanoseconds: Clock.ticks() &- clocks.activity)
        return decision
    }

    func sendContinue(_ head: RequestHead) {
        guard head.expectsContinue, !hasSentContinue else { return }
        hasSentContinue = true
        out.writeStaticString("HTTP/1.1 100 Continue\r\n\r\n")
    }
}
