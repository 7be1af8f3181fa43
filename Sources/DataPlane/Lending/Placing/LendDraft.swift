// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import Metering
internal import NIOCore
internal import Wire

/// All of a lent request but the credential: it can be written with one version of the value and then with another.
struct LendDraft {
    let given: LendRequest.Given
    /// Within the message; `canonical` instead where it had to be rewritten.
    let path: Range<Int>
    let canonical: [UInt8]?
    let query: Range<Int>?

    /// What came of writing it.
    enum Outcome {
        /// With the body where it was awaited.
        case written(OutgoingRequest, body: ByteBuffer?)
        case needsBody
        case needsToken
        /// The value cannot be opened, or the request is not one that can carry it: nothing leaves.
        case refused(LendRefusal)
    }

    /// Writes the provider's request: line, Host, the caller's fields, the credential, framing.
    func write(_ loan: Loan, _ way: EventLoopState.WayOut, _ state: EventLoopState, at now: Moment) -> Outcome {
        let slots = loan.provider.slots
        if given.body == nil, given.head.framing != .none, needsBody(slots) { return .needsBody }
        var token: AccessToken?
        for case .clientCredentials in slots {
            token = state.tokenDesk.token(of: loan, at: now.at)
            if token == nil { return .needsToken }
            way.token = token
        }
        guard let value = try? loan.open() else { return .refused(.credentialUnavailable) }
        let filling = Filling(value, settings: loan.settings)
        var body = given.body.flatMap {
            given.message.getSlice(at: given.message.readerIndex + $0.lowerBound, length: $0.count)
        }
        for case .body(let name, let format) in slots {
            switch BodyField.write(name, format, filling, into: body, contentType: contentType) {
            case .written(let rewritten): body = rewritten
            case .refused(let refusal): return .refused(refusal)
            }
        }
        var out = ByteBuffer()
        out.reserveCapacity(given.head.byteCount + 256)
        let bytes = given.message.readableBytesSpan
        out.writeBytes(bytes.extracting(given.head.method.start..<given.head.method.end))
        out.writeStaticString(" ")
        let start = out.writerIndex
        guard writeTarget(slots, filling, into: &out) else { return .refused(.credentialUnavailable) }
        let target = start..<out.writerIndex
        out.writeStaticString(" HTTP/1.1\r\n")
        out.writeImmutableBuffer(way.destination.hostLine)
        way.hygiene.forward(given.head, in: given.message, into: &out)
        for slot in slots {
            if let refusal = writeFields(slot, filling, token, loan, body, target, at: now, into: &out) {
                return .refused(refusal)
            }
        }
        out.writeImmutableBuffer(way.lines)
        let asksWebSocket = WebSocketFields.areAsked(given.head, in: given.message.readableBytesUInt8Span)
        if asksWebSocket { out.writeStaticString(WebSocketFields.lines) }
        let framing = frame(body, into: &out)
        out.writeStaticString("\r\n")
        var request = request(out, framing, isWhole: body != nil)
        request.asksWebSocket = asksWebSocket
        return .written(request, body: body)
    }

    private func request(_ out: ByteBuffer, _ framing: RequestBody, isWhole: Bool) -> OutgoingRequest {
        let bytes = given.message.readableBytesUInt8Span
        var request = OutgoingRequest(
            head: out, isHead: bytes.equals(given.head.method, "HEAD"),
            isIdempotent: OutgoingRequest.isIdempotent(given.head.method, in: bytes), body: framing)
        request.givesBodyAgain = isWhole
        return request
    }

    /// Path and query, with what of the credential goes there. False when the value lacks a part.
    private func writeTarget(
        _ slots: [CredentialSlot], _ filling: borrowing Filling, into out: inout ByteBuffer
    ) -> Bool {
        for case .path(let format) in slots {
            let isWhole = filling.runs(of: format, isText: { out.writeBytes($0) }) { span in
                for position in 0..<span.count { QueryRewriter.percent(span[position], into: &out) }
            }
            guard isWhole else { return false }
        }
        if let canonical {
            out.writeBytes(canonical)
        } else {
            out.writeBytes(given.message.readableBytesSpan.extracting(path))
        }
        return QueryRewriter.write(query, given.message.readableBytesUInt8Span, slots, filling, into: &out)
    }

    private func writeFields(
        _ slot: CredentialSlot, _ filling: borrowing Filling, _ token: AccessToken?, _ loan: Loan, _ body: ByteBuffer?,
        _ target: Range<Int>, at now: Moment, into out: inout ByteBuffer
    ) -> LendRefusal? {
        switch slot {
        case .header, .basic:
            return CredentialField.write(slot, filling, into: &out) ? nil : .credentialUnavailable
        case .clientCredentials:
            guard let token else { return .credentialUnavailable }
            token.write(into: &out)
            return nil
        case .awsSignature(let signature):
            let request = SignedRequest(given.head, given.message, target: out.copy(target), body: body, at: now.at)
            return AWSSigner.write(
                signature, request, filling, host: (given.entrance?.origin ?? loan.origin).authority, into: &out)
        case .signature(let signature):
            let request = SignedRequest(given.head, given.message, target: out.copy(target), body: body, at: now.at)
            return MessageSigner.write(signature, request, filling, into: &out)
        case .query, .path, .body: return nil
        }
    }

    private var contentType: String {
        let bytes = given.message.readableBytesUInt8Span
        return given.head.fields.first(.contentType).map { bytes.text($0.value).lowercased() } ?? ""
    }

    /// Whether a body that is handed on unread would not do.
    private func needsBody(_ slots: [CredentialSlot]) -> Bool {
        slots.contains { slot in
            switch slot {
            case .body: true
            case .awsSignature: AWSSigner.needsBody(given.head, given.message.readableBytesUInt8Span)
            case .signature(let signature):
                signature.message.names.contains { $0 == "body" || $0 == "body_sha256" }
            case .header, .basic, .query, .path, .clientCredentials: false
            }
        }
    }

    private func frame(_ body: ByteBuffer?, into out: inout ByteBuffer) -> RequestBody {
        let framing = body.map { Framing.length($0.readableBytes) } ?? given.head.framing
        switch framing {
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

extension ByteBuffer {
    fileprivate func copy(_ range: Range<Int>) -> [UInt8] {
        getBytes(at: range.lowerBound, length: range.count) ?? []
    }
}
