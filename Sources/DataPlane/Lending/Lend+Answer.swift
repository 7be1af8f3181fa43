// SPDX-License-Identifier: Apache-2.0
internal import Egress
internal import HeldKeys
internal import NIOCore
internal import Wire

/// From the provider.
extension Lend {
    func exchangeReady() {
        isReady = true
        if let wholeBody {
            exchange?.send(body: wholeBody)
            exchange?.finishBody()
            return
        }
        connection.advance()
        connection.resumeReading()
    }

    func writabilityChanged(_ isWritable: Bool) {
        guard isWritable else { return }
        connection.advance()
        connection.resumeReading()
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        connection.clocks.touch()
        trace?.providerStatus = head.status
        guard let way else { return }
        if isRefused(head.status, way) { return }
        if LendBody.isTooLong(head.framing, way.care.responseBytes), !isHead { return fail(.answerTooLarge) }
        let matcher = way.care.scrubs ? state.echoes.matcher(for: way, at: connection.clocks.activity) : nil
        do {
            filter = try EchoFilter(head, in: bytes.readableBytesUInt8Span, way.care, matcher)
        } catch {
            return fail(.answerCoded)
        }
        hasAnswered = true
        status = head.status
        isUpgraded = status == 101
        write(head, bytes, way, matcher)
        // What the caller sent behind its request goes through, too.
        if isUpgraded { connection.advance() }
    }

    /// The answer's head, looked through for the credential.
    private func write(
        _ head: ResponseHead, _ bytes: ByteBuffer, _ way: EventLoopState.WayOut, _ matcher: EchoMatcher?
    ) {
        let span = bytes.readableBytesUInt8Span
        connection.out.writeStaticString("HTTP/1.1 ")
        connection.out.writeDecimal(head.status)
        connection.out.writeStaticString(" ")
        let start = connection.out.readableBytes
        connection.out.writeBytes(bytes.readableBytesSpan.extracting(head.reason.start..<head.reason.end))
        connection.out.writeStaticString("\r\n")
        way.hygiene.forward(head, in: bytes, into: &connection.out, decoded: filter?.decodes ?? false)
        if let matcher, !matcher.isEmpty {
            var scrubber = EchoScrubber(matcher)
            scrubber.scrub(whole: &connection.out, from: start)
            if let form = scrubber.found { report(form, in: "header") }
        }
        notice?.write(beside: head.fields, in: span, into: &connection.out)
        if let lines = pass?.lines { LendLines.write(lines, beside: head.fields, in: span, into: &connection.out) }
        frame(head, span)
        if isUpgraded {
            connection.out.writeStaticString(WebSocketFields.lines)
        } else if !willKeepAlive {
            connection.out.writeStaticString("Connection: close\r\n")
        }
        connection.out.writeStaticString("\r\n")
    }

    private func report(_ form: EchoForm, in place: String) {
        guard let loan = way?.loan else { return }
        state.counters.countEcho()
        state.echoReports.note(
            EchoReport(
                integration: loan.integration.id, account: loan.integration.account,
                credential: loan.integration.credential, version: loan.version.id, place: place, form: form.rawValue),
            tick: connection.clocks.activity)
    }

    private func frame(_ head: ResponseHead, _ bytes: Span<UInt8>) {
        switch head.framing {
        case .none:
            guard isHead, let length = head.fields.first(.contentLength) else { return }
            connection.out.writeStaticString("Content-Length: ")
            for position in length.value.start..<length.value.end { connection.out.writeInteger(bytes[position]) }
            connection.out.writeStaticString("\r\n")
        case .length(let count) where !(filter?.decodes ?? false):
            connection.out.writeStaticString("Content-Length: ")
            connection.out.writeDecimal(count)
            connection.out.writeStaticString("\r\n")
        case .length, .chunked, .untilClose:
            isChunkedAnswer = callerTakesChunks
            endsByClosing = !callerTakesChunks
            if isChunkedAnswer { connection.out.writeStaticString("Transfer-Encoding: chunked\r\n") }
        }
    }

    /// An answer before the request is whole leaves bytes of it on the connection: it is not used again.
    private var willKeepAlive: Bool { callerKeepsAlive && isBodyDone && !endsByClosing && !isUpgraded }

    func received(body: ByteBuffer) {
        connection.clocks.touch()
        guard filter != nil else { return hand(body) }
        let before = filter?.form
        do {
            try filter?.take(body) { hand($0) }
        } catch {
            return cut(.answerCoded)
        }
        if before == nil, let form = filter?.form { report(form, in: "body") }
    }

    /// Hands on a piece of the answer.
    private func hand(_ piece: ByteBuffer) {
        // The piece before it was one too many.
        guard exchange != nil else { return }
        guard received.takes(piece.readableBytes) || isUpgraded else { return cut(.answerTooLarge) }
        if isChunkedAnswer { ChunkHeader(size: piece.readableBytes).write(into: &connection.out) }
        if piece.readableBytes <= Self.copiedAtMost {
            connection.out.writeImmutableBuffer(piece)
        } else {
            connection.flushOutWithoutSending()
            connection.write(piece)
        }
        if isChunkedAnswer { connection.out.writeStaticString("\r\n") }
    }

    /// Larger pieces are handed on as they are.
    private static let copiedAtMost = 4096

    func receivedSoFar() {
        connection.flushOut()
        guard let context = connection.context else { return }
        if !context.channel.isWritable { exchange?.pauseReading() }
    }

    func receivedEnd() {
        if filter != nil {
            let before = filter?.form
            do {
                try filter?.finish { hand($0) }
            } catch {
                return cut(.answerCoded)
            }
            if before == nil, let form = filter?.form { report(form, in: "body") }
            guard exchange != nil else { return }
        }
        if isChunkedAnswer { connection.out.writeStaticString("0\r\n\r\n") }
        end(isReusable: willKeepAlive)
    }

    func failed(_ failure: EgressFailure) { fail(.refusing(failure)) }

    /// There is no answer, or no more of it.
    private func fail(_ problem: Problem) {
        guard !hasAnswered else { return cut(problem) }
        drop(problem.lendError, isCut: true)
        status = problem.status
        state.counters.countLent(code: problem.lendError)
        hasAnswered = true
        problem.write(into: &connection.out, keepAlive: willKeepAlive, withBody: !isHead)
        end(isReusable: willKeepAlive)
    }

    /// The answer is cut short; so is the connection, since a chunked or sized body must not look complete.
    func cut(_ problem: Problem) {
        guard hasAnswered else { return fail(problem) }
        drop(problem.lendError ?? problem.code, isCut: true)
        state.counters.count(.lend, status: problem.status)
        connection.abort()
    }

    private func end(isReusable: Bool) {
        exchange = nil
        leaveFlight()
        state.counters.count(.lend, status: status)
        connection.lendingEnded(isReusable: isReusable)
    }
}

extension ChunkHeader {
    /// Appends the size line.
    func write(into out: inout ByteBuffer) {
        withBytes { span in
            for position in 0..<span.count { out.writeInteger(span[position]) }
        }
    }
}
