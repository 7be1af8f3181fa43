// SPDX-License-Identifier: Apache-2.0

/// How the body of a request is framed; its head, written by the caller, says the same.
package enum RequestBody: Equatable, Sendable {
    /// No body, no framing field.
    case none
    /// `Content-Length` with this number of bytes.
    case length(Int)
    /// `Transfer-Encoding: chunked`; the exchange writes the chunks, the owner gives plain bytes.
    case chunked
}

/// Holds the body to what its head announced. One byte more would be read by the upstream as the next request.
struct RequestFraming {
    enum Piece: Equatable {
        /// Write the bytes as they are.
        case plain
        /// Write them as a chunk.
        case chunk
        /// Nothing to write.
        case nothing
        /// It does not fit the head.
        case wrong
    }

    enum Finish: Equatable {
        case nothing, lastChunk, wrong
    }

    private enum State: Equatable {
        case length(remaining: Int)
        case chunked
        case sent
        /// No message any more: bytes as they are.
        case raw
    }

    private var state: State

    init(_ body: RequestBody) {
        state =
            switch body {
            case .none, .length(0): .sent
            case .length(let count): .length(remaining: count)
            case .chunked: .chunked
            }
    }

    /// Whether the request is out completely. A body of length 0 is, without being finished.
    var isSent: Bool { state == .sent }

    /// From here on bytes pass as they are, until the connection ends.
    mutating func becomeRaw() { state = .raw }

    mutating func piece(of count: Int) -> Piece {
        switch state {
        case _ where count == 0: return .nothing
        case .raw: return .plain
        case .chunked: return .chunk
        case .sent: return .wrong
        case .length(let remaining):
            guard count <= remaining else { return .wrong }
            state = .length(remaining: remaining - count)
            return .plain
        }
    }

    mutating func finish() -> Finish {
        if state == .raw { return .nothing }
        defer { state = .sent }
        switch state {
        case .sent, .raw, .length(remaining: 0): return .nothing
        case .chunked: return .lastChunk
        case .length: return .wrong
        }
    }
}
