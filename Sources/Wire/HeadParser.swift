// SPDX-License-Identifier: Apache-2.0

/// What became of the bytes given to a `HeadParser`.
package enum HeadOutcome: Sendable, Equatable {
    /// The head is whole; read it from the parser.
    case complete
    /// The head goes on: come back with the same bytes and more behind them.
    case incomplete
    /// Answer with the fault's status and close the connection.
    case refused(HeadFault)
}

/// Reads the heads of HTTP/1.1 messages (RFC 9112), strictly: what the grammar does not allow is refused, nothing is
/// repaired.
///
/// One parser serves one connection and one direction. Its storage is reused, so that after the first messages reading
/// allocates nothing. Each call takes the message from its first byte; `reset()` leads to the next message. Until then
/// the outcome stays what it was once it is no longer `incomplete`. Work is linear in the bytes however they are cut.
package struct HeadParser: Sendable {
    /// A request's head in bytes, final empty line included.
    package static let requestLimit = 16_384
    /// A response's head in bytes, final empty line included.
    package static let responseLimit = 32_768
    /// Fields in one head.
    package static let fieldLimit = 100
    /// A request's target in bytes.
    package static let targetLimit = 8_192
    /// A request's method in bytes.
    package static let methodLimit = 32

    /// The request read last; valid after `complete`.
    package private(set) var request = RequestHead()
    /// The response read last; valid after `complete`.
    package private(set) var response = ResponseHead()

    private enum Stage: Equatable {
        case startLine
        case fields
        case done(HeadOutcome)
    }

    private var stage = Stage.startLine
    private var lines = LineScanner()

    /// A parser before its first message.
    package init() {}

    /// Forgets the message, keeps the storage. The next call takes the first byte of the next message as offset 0.
    package mutating func reset() {
        stage = .startLine
        lines = LineScanner()
    }

    /// Reads a request's head from `bytes`, which begin with its first byte and may go on behind it.
    package mutating func parseRequest(_ bytes: Span<UInt8>) -> HeadOutcome {
        if case .done(let outcome) = stage { return outcome }
        do throws(HeadFault) {
            guard try readRequest(bytes) else { return .incomplete }
            stage = .done(.complete)
            return .complete
        } catch {
            stage = .done(.refused(error))
            return .refused(error)
        }
    }

    /// Reads a response's head. A response to HEAD has no body, which only the one who asked can know: `answersHEAD`.
    /// After a 1xx the final response follows as a message of its own.
    package mutating func parseResponse(_ bytes: Span<UInt8>, answersHEAD: Bool) -> HeadOutcome {
        if case .done(let outcome) = stage { return outcome }
        do throws(HeadFault) {
            guard try readResponse(bytes, answersHEAD: answersHEAD) else { return .incomplete }
            stage = .done(.complete)
            return .complete
        } catch {
            stage = .done(.refused(error))
            return .refused(error)
        }
    }

    private mutating func readRequest(_ bytes: Span<UInt8>) throws(HeadFault) -> Bool {
        if stage == .startLine {
            guard let line = try lines.next(bytes, limit: Self.requestLimit) else { return false }
            try request.readLine(line, in: bytes)
            stage = .fields
        }
        while let line = try lines.next(bytes, limit: Self.requestLimit) {
            guard !line.isEmpty else {
                try request.close(byteCount: lines.start, in: bytes)
                return true
            }
            try request.fields.append(line, in: bytes, atMost: Self.fieldLimit)
        }
        return false
    }

    private mutating func readResponse(_ bytes: Span<UInt8>, answersHEAD: Bool) throws(HeadFault) -> Bool {
        if stage == .startLine {
            guard let line = try lines.next(bytes, limit: Self.responseLimit) else { return false }
            try response.readLine(line, in: bytes)
            stage = .fields
        }
        while let line = try lines.next(bytes, limit: Self.responseLimit) {
            guard !line.isEmpty else {
                try response.close(byteCount: lines.start, answersHEAD: answersHEAD, in: bytes)
                return true
            }
            try response.fields.append(line, in: bytes, atMost: Self.fieldLimit)
        }
        return false
    }
}
