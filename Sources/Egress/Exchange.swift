// SPDX-License-Identifier: Apache-2.0

package import NIOCore
import Wire

/// One request and its answer over a pooled connection. Confined to one event loop, used once.
///
/// Holds its owner until the end, a failure or `cancel()`, one of which always comes.
package final class Exchange {
    private enum State {
        case new
        case connecting(OutgoingRequest)
        case open(UpstreamConnection)
        case over
    }

    private let pool: ConnectionPool
    private let destination: Destination
    private var owner: (any ExchangeOwner)?
    private var state = State.new
    private var framing = RequestFraming(.none)
    /// The request, while it may still be sent once more.
    private var repeatable: OutgoingRequest?

    /// An exchange that has not begun. Keep it before calling `start`, which may already call the owner.
    package init(to destination: Destination, through pool: ConnectionPool, for owner: any ExchangeOwner) {
        self.destination = destination
        self.pool = pool
        self.owner = owner
    }

    /// Gets a connection and sends the head. To be called once. Nothing is flushed before `exchangeReady` returns, so
    /// that a body at hand leaves together with the head.
    package func start(_ request: consuming OutgoingRequest) {
        framing = RequestFraming(request.body)
        state = .connecting(request)
        pool.lease(for: self, to: destination, fresh: false)
    }

    /// Sends a piece of the body, with the next `flush()` or `finishBody()`; after a 101, bytes as they are. Ignored when
    /// the exchange is over.
    package func send(body: ByteBuffer) {
        guard case .open(let connection) = state else { return }
        switch framing.piece(of: body.readableBytes) {
        case .nothing: break
        case .plain: connection.write(body)
        case .chunk: connection.writeChunk(body)
        case .wrong: end(closing: connection, with: .requestBodyLength)
        }
    }

    /// Sends what was given to `send` since the last flush.
    package func flush() {
        guard case .open(let connection) = state else { return }
        connection.flush()
    }

    /// Ends the body and flushes. Not needed, and harmless, for a request without one.
    package func finishBody() {
        guard case .open(let connection) = state else { return }
        let wasSent = framing.isSent
        switch framing.finish() {
        case .nothing: break
        case .lastChunk: connection.write(Self.lastChunk)
        case .wrong: return end(closing: connection, with: .requestBodyLength)
        }
        if !wasSent { connection.requestSent() }
        connection.flush()
    }

    /// Whether the upstream takes more of the body.
    package var isWritable: Bool {
        if case .open(let connection) = state { connection.isWritable } else { false }
    }

    /// Reads no further from the upstream. What one turn of the loop had read, at most 256 KiB, is still handed on; and
    /// once the upstream has closed, what the socket's receive buffer holds comes at one go.
    package func pauseReading() {
        if case .open(let connection) = state { connection.pauseReading() }
    }

    /// Reads on after `pauseReading()`.
    package func resumeReading() {
        if case .open(let connection) = state { connection.resumeReading() }
    }

    /// Gives up. The owner hears nothing more. An answer that is not whole costs the connection.
    package func cancel() {
        if case .open(let connection) = state { connection.abandon() }
        state = .over
        forget()
    }

    private func end(closing connection: UpstreamConnection, with failure: EgressFailure) {
        connection.abandon()
        failed(failure)
    }

    private func forget() {
        owner = nil
        repeatable = nil
    }

    private static let lastChunk = ByteBuffer(string: "\(ChunkHeader.lastChunk)")
}

/// What pool and connection say.
extension Exchange {
    /// Whether the whole request is out.
    var isRequestSent: Bool { framing.isSent }

    /// A connection is there. Returns false when nobody waits for it any more.
    func leased(_ connection: UpstreamConnection) -> Bool {
        guard case .connecting(let request) = state else { return false }
        state = .open(connection)
        if connection.isUsed, request.isIdempotent, request.body == .none || request.givesBodyAgain {
            repeatable = request
        }
        connection.begin(
            self, answersHEAD: request.isHead, takesWebSocket: request.asksWebSocket, isSent: framing.isSent)
        connection.write(request.head)
        owner?.exchangeReady()
        if case .open(let current) = state, current === connection { connection.flush() }
        return true
    }

    func failed(_ failure: EgressFailure) {
        state = .over
        let owner = owner
        forget()
        owner?.failed(failure)
    }

    /// The first byte of the answer is here.
    func answerBegan() { repeatable = nil }

    /// The connection ended before the answer did. A server may close an unused connection at any time; then the
    /// request never reached it, and if it is idempotent and its body can be had again, it goes out once more on a new
    /// one.
    func connectionLost() {
        guard let request = repeatable else { return failed(.closedEarly) }
        repeatable = nil
        framing = RequestFraming(request.body)
        state = .connecting(request)
        pool.lease(for: self, to: destination, fresh: true)
    }

    func received(head: ResponseHead, bytes: ByteBuffer) {
        if head.status == 101 { framing.becomeRaw() }
        owner?.received(head: head, bytes: bytes)
    }
    func received(body: ByteBuffer) { owner?.received(body: body) }
    func receivedSoFar() { owner?.receivedSoFar() }
    func writabilityChanged(_ isWritable: Bool) { owner?.writabilityChanged(isWritable) }

    func receivedEnd() {
        state = .over
        let owner = owner
        forget()
        owner?.receivedEnd()
    }
}
