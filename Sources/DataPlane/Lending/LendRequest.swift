// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Egress
internal import HeldKeys
internal import IssuedKeys
internal import Metering
internal import NIOCore
internal import Secrets
internal import Wire

/// From the caller's head to the provider's: who calls, what they may do, and the request that leaves.
enum LendRequest {
    /// How it was decided.
    enum Outcome {
        case ready(OutgoingRequest, EventLoopState.WayOut, Hold?, RetiringNotice?, KeyPosition)
        case refused(Problem)
        case awaitsLease(Want)
    }

    /// `/lend/{integration}{path}?query`, as ranges of the message.
    private struct Parts {
        let integration: Range<Int>
        /// From the slash after the integration's name; canonical only after it was read.
        let path: Range<Int>
        /// From the slash of `/lend`: what a key's allowed routes are held against.
        let whole: Range<Int>
        let query: Range<Int>?
    }

    static func decide(
        _ head: RequestHead, _ message: ByteBuffer, _ state: EventLoopState, peer: IPAddress?, at now: Moment
    ) -> Outcome {
        let bytes = message.readableBytesUInt8Span
        guard !bytes.equals(head.method, "CONNECT"), !bytes.equals(head.method, "TRACE") else {
            return .refused(.lend(.method))
        }
        guard let parts = parts(head.target, bytes) else { return .refused(.lend(.pathNotCanonical)) }
        switch LendCaller.find(head, bytes, query: parts.query, state, whole: parts.whole, peer: peer, at: now) {
        case .refused(let problem): return .refused(problem)
        case .caller(let caller):
            return decide(head, message, parts, caller, state, at: now)
        }
    }

    private static func parts(_ target: Slice, _ bytes: Span<UInt8>) -> Parts? {
        let whole = OriginalCall.withoutQuery(target.start..<target.end, bytes)
        let name = Slice(start: whole.lowerBound + 6, end: whole.upperBound)
        guard let slash = bytes.firstIndex(of: 0x2F, in: name), slash > name.start, slash - name.start <= 64,
            bytes.firstIndex(of: 0x23, in: target) == nil, CanonicalPath.read(bytes, whole) != .refused
        else { return nil }
        for position in name.start..<slash where bytes[position] == 0x25 { return nil }
        return Parts(
            integration: name.start..<slash, path: slash..<whole.upperBound, whole: whole,
            query: whole.upperBound < target.end ? (whole.upperBound + 1)..<target.end : nil)
    }

    private static func decide(
        _ head: RequestHead, _ message: ByteBuffer, _ parts: Parts, _ caller: LendCaller.Caller,
        _ state: EventLoopState, at now: Moment
    ) -> Outcome {
        let bytes = message.readableBytesUInt8Span
        let name = bytes.copy(Slice(start: parts.integration.lowerBound, end: parts.integration.upperBound))
        let method = head.method.start..<head.method.end
        let verdict: LendVerdict
        var canonical: [UInt8]?
        let query = { QueryRewriter.parameters(parts.query, message.readableBytesUInt8Span) }
        switch CanonicalPath.read(bytes, parts.path) {
        case .refused: return .refused(.lend(.pathNotCanonical))
        case .asWritten:
            verdict = state.lending.decide(
                app: caller.app, .name(name), bytes, .init(method: method, path: parts.path), at: now.at, query: query)
        case .rewritten(let path):
            canonical = path
            let joined = Joined(bytes, appending: path)
            verdict = state.lending.decide(
                app: caller.app, .name(name), joined.bytes.span, .init(method: method, path: joined.appended),
                at: now.at, query: query)
        }
        guard case .allowed(let loan) = verdict else { return .refused(.lend(LendRefusal(verdict))) }
        // Anywhere else the caller's key would be handed on to the provider.
        guard caller.places.allSatisfy({ $0.isRight(for: loan.provider.slots) }) else {
            return .refused(Problem.keyMissing.onLend("unknown"))
        }
        if let problem = LendBody.refusal(of: head.framing, loan.integration.care) { return .refused(problem) }
        let way = state.way(of: loan)
        guard let request = write(head, message, parts, canonical, loan, way) else {
            return .refused(.lend(.credentialUnavailable))
        }
        // Last, so that a refused call is never charged.
        switch LendCharge.take(caller, state, at: now) {
        case .taken(let hold): return .ready(request, way, hold, caller.notice, caller.key)
        case .refused(let problem): return .refused(problem)
        case .awaitsLease(let want): return .awaitsLease(want)
        }
    }

    /// Writes the provider's request. Nil when the value cannot be opened: then nothing leaves.
    private static func write(
        _ head: RequestHead, _ message: ByteBuffer, _ parts: Parts, _ canonical: [UInt8]?, _ loan: Loan,
        _ way: EventLoopState.WayOut
    ) -> OutgoingRequest? {
        guard let value = try? loan.open() else { return nil }
        let filling = Filling(value, settings: loan.settings)
        let bytes = message.readableBytesUInt8Span
        var out = ByteBuffer()
        out.reserveCapacity(head.byteCount + 256)
        out.writeBytes(message.readableBytesSpan.extracting(head.method.start..<head.method.end))
        out.writeStaticString(" ")
        if let canonical {
            out.writeBytes(canonical)
        } else {
            out.writeBytes(message.readableBytesSpan.extracting(parts.path))
        }
        let slots = loan.provider.slots
        guard QueryRewriter.write(parts.query, bytes, slots, filling, into: &out) else { return nil }
        out.writeStaticString(" HTTP/1.1\r\n")
        out.writeImmutableBuffer(way.destination.hostLine)
        way.hygiene.forward(head, in: message, into: &out)
        for slot in slots {
            guard CredentialField.write(slot, filling, into: &out) else { return nil }
        }
        out.writeImmutableBuffer(way.lines)
        let asksWebSocket = WebSocketFields.areAsked(head, in: bytes)
        if asksWebSocket { out.writeStaticString(WebSocketFields.lines) }
        let body = frame(head, into: &out)
        out.writeStaticString("\r\n")
        var request = OutgoingRequest(
            head: out, isHead: bytes.equals(head.method, "HEAD"),
            isIdempotent: OutgoingRequest.isIdempotent(head.method, in: bytes),
            body: body)
        request.asksWebSocket = asksWebSocket
        return request
    }

    private static func frame(_ head: RequestHead, into out: inout ByteBuffer) -> RequestBody {
        switch head.framing {
        case .none, .untilClose: return .none
        case .length(let count):
            out.writeStaticString("Content-Length: ")
            out.writeDecimal(count)
            out.writeStaticString("\r\n")
            return .length(count)
        case .chunked:
            out.writeStaticString("Transfer-Encoding: chunked\r\n")
            return .chunked
        }
    }
}
