// SPDX-License-Identifier: Apache-2.0

import NIOCore
import Wire

/// Reads the answers of one connection, one after the other. A value without I/O; keeps its storage between answers.
struct ResponseReader {
    enum Step {
        /// All bytes given are used up and the answer goes on.
        case needMore
        /// The head is in `head`, its offsets are into these bytes.
        case head(ByteBuffer)
        /// Content, sharing the storage of the bytes given.
        case body(ByteBuffer)
        /// The answer is whole. What is left in the buffer is not part of it.
        case end
        /// The answer breaks a rule, named by a stable code.
        case refused(code: String)
    }

    private enum Stage {
        case head
        case body(BodyDecoder)
        /// After a 101 that was asked for: no message any more, bytes as they are.
        case raw
        case done
    }

    /// Interim answers (1xx) in front of one final answer. They are skipped.
    static let interimLimit = 8

    private var stage = Stage.done
    private var answersHEAD = false
    private var takesWebSocket = false
    private var interims = 0
    private var parser = HeadParser()
    /// The head so far, when it did not come in one piece.
    private var pending: ByteBuffer?

    /// The head read last.
    var head: ResponseHead { parser.response }

    /// Whether an answer is whole only when the connection ends: what came so far is then all of it.
    var endsAtClose: Bool {
        switch stage {
        case .body: parser.response.framing == .untilClose
        case .raw: true
        case .head, .done: false
        }
    }

    /// Turns to the next answer; `answersHEAD`: it has no body, whatever its fields say. `takesWebSocket`: the request
    /// asked to go over to that protocol.
    mutating func begin(answersHEAD: Bool, takesWebSocket: Bool = false) {
        self.answersHEAD = answersHEAD
        self.takesWebSocket = takesWebSocket
        interims = 0
        pending = nil
        parser.reset()
        stage = .head
    }

    /// The next step through `buffer`, from which the bytes used are read off.
    mutating func next(_ buffer: inout ByteBuffer) -> Step {
        switch stage {
        case .head: readHead(&buffer)
        case .body: readBody(&buffer)
        case .raw: readRaw(&buffer)
        case .done: .end
        }
    }

    private mutating func readHead(_ buffer: inout ByteBuffer) -> Step {
        while buffer.readableBytes > 0 {
            if var joined = pending {
                pending = nil
                joined.writeBuffer(&buffer)
                buffer = joined
            }
            switch parser.parseResponse(buffer.readableBytesUInt8Span, answersHEAD: answersHEAD) {
            case .incomplete:
                pending = buffer
                buffer.moveReaderIndex(to: buffer.writerIndex)
            case .refused(let fault):
                return .refused(code: fault.code)
            case .complete:
                let bytes = buffer.readSlice(length: parser.response.byteCount) ?? ByteBuffer()
                if let step = finishHead(bytes) { return step }
            }
        }
        return .needMore
    }

    /// None for an interim answer: the final one follows (RFC 9110 section 15.2).
    private mutating func finishHead(_ bytes: ByteBuffer) -> Step? {
        let status = parser.response.status
        guard status < 200 else {
            stage = .body(BodyDecoder(parser.response.framing))
            return .head(bytes)
        }
        interims += 1
        if status == 101 {
            // Otherwise the bytes behind it are in a protocol that nobody chose.
            guard takesWebSocket, WebSocketFields.areGranted(parser.response, in: bytes.readableBytesUInt8Span) else {
                return .refused(code: "switching_protocols")
            }
            stage = .raw
            return .head(bytes)
        }
        guard interims <= Self.interimLimit else { return .refused(code: "too_many_interim_responses") }
        parser.reset()
        return nil
    }

    private func readRaw(_ buffer: inout ByteBuffer) -> Step {
        guard buffer.readableBytes > 0 else { return .needMore }
        let piece = buffer
        buffer.moveReaderIndex(to: buffer.writerIndex)
        return .body(piece)
    }

    private mutating func readBody(_ buffer: inout ByteBuffer) -> Step {
        guard case .body(var decoder) = stage else { return .end }
        let step = decoder.next(buffer.readableBytesUInt8Span)
        stage = .body(decoder)
        switch step {
        case .needMore:
            buffer.moveReaderIndex(to: buffer.writerIndex)
            return .needMore
        case .data(let slice):
            buffer.moveReaderIndex(forwardBy: slice.start)
            return .body(buffer.readSlice(length: slice.count) ?? ByteBuffer())
        case .end(let offset):
            buffer.moveReaderIndex(forwardBy: offset)
            stage = .done
            return .end
        case .refused(let fault):
            return .refused(code: fault.code)
        }
    }
}
