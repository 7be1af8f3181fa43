// SPDX-License-Identifier: Apache-2.0
internal import NIOCore
internal import Wire

/// Calls whose answer takes time: a change that must be durable first, a question to somebody else, news that is waited
/// for. Only this connection waits; its event loop goes on with the others.
extension Connection {
    /// Answers with what `work` comes to. The request, `whole` bytes long, is done with from here on.
    ///
    /// `work` is cancelled when the caller goes away or the program ends, and should then come back at once.
    func pursue(
        _ route: Counters.Route, consuming whole: Int, _ work: @escaping @Sendable () async -> WrittenAnswer
    ) -> Bool {
        guard let context else { return false }
        pending.moveReaderIndex(forwardBy: whole)
        let keepAlive = parser.request.keepAlive
        parser.reset()
        clocks.noteWaiting(false)
        let place = NIOLoopBound(self, eventLoop: context.eventLoop)
        let task = Task {
            let answer = await work()
            place.eventLoop.execute { place.value.pursued(answer, route, keepAlive: keepAlive) }
        }
        phase = .pursuing(task)
        flushOut()
        return false
    }

    private func pursued(_ answer: WrittenAnswer, _ route: Counters.Route, keepAlive: Bool) {
        guard case .pursuing = phase, context != nil else { return }
        let goesOn = keepAlive && !state.isDraining
        answer.write(into: &out, keepAlive: goesOn)
        state.counters.count(route, status: answer.status)
        clocks.touch()
        hasSentContinue = false
        phase = .head
        guard goesOn else {
            last()
            return
        }
        advance()
        flushOut()
        resumeReading()
    }
}

/// An answer whose body is whole.
struct WrittenAnswer: Sendable {
    var status = 200
    var type = "application/json"
    /// Further fields; names and values are ours, never a caller's.
    var fields: [(name: String, value: String)] = [("Cache-Control", "no-store")]
    var body: [UInt8]

    /// Writes head and body.
    func write(into out: inout ByteBuffer, keepAlive: Bool, withBody: Bool = true) {
        out.writeString("HTTP/1.1 \(status) \(Problem.reason(status))\r\nContent-Type: \(type)\r\n")
        for field in fields { out.writeString("\(field.name): \(field.value)\r\n") }
        out.writeString("Content-Length: \(body.count)\r\n")
        out.writeStaticString(keepAlive ? "\r\n" : "Connection: close\r\n\r\n")
        if withBody { out.writeBytes(body) }
    }
}
