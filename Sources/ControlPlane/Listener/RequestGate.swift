// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHTTP1
import Wire

/// Lets the bytes of well-formed requests through, unchanged, and ends the connection at the first that is not.
///
/// A head is held back until it is whole and accepted; a body goes through as it is read. It also bounds what a slow
/// or endless sender can hold: a head must arrive within 10 s of its first byte, a body within 60 s, and behind a
/// body that is too long nothing is read. The body of a path that reads it as it comes may be of any length, but must
/// not pause for 60 s, and ends with the answer.
final class RequestGate: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private enum Stage {
        case head
        /// Reading a body, of whose content so many bytes may still come.
        case body(BodyDecoder, allowance: Int)
        /// Nothing further is read on this connection.
        case shut
    }

    static let headLimit = TimeAmount.seconds(10)
    static let bodyLimit = TimeAmount.seconds(60)
    /// How long a connection that was ended lives on, so that the answer is not lost in a reset.
    static let lingering = TimeAmount.seconds(2)

    private var stage = Stage.head
    private var parser = HeadParser()
    private var pending = ByteBuffer()
    private var clock: Scheduled<Void>?
    private var isLast = false
    /// Whether the body being read has no greatest length.
    private(set) var isStreaming = false

    /// Requests let through and not answered yet.
    private(set) var open = 0
    /// What is wrong with the request that ended the connection.
    private(set) var problem: Problem?
    /// Whether no request will follow those that are open.
    var isShut: Bool { if case .shut = stage { true } else { false } }
    /// Whether the request now being answered is the last one.
    var endsAfterThis: Bool { (isLast || isShut) && open <= 1 }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        guard !isShut else { return }
        pending.writeBuffer(&bytes)
        while step(context) {}
        if pending.readableBytes == 0 { pending.clear() }
    }

    /// Takes one piece of what is pending; false when there is nothing to take.
    private func step(_ context: ChannelHandlerContext) -> Bool {
        switch stage {
        case .head:
            guard pending.readableBytes > 0 else { return false }
            return takeHead(context)
        case .body(let decoder, let allowance):
            return takeBody(decoder, allowance, context)
        case .shut:
            return false
        }
    }

    private func takeHead(_ context: ChannelHandlerContext) -> Bool {
        switch parser.parseRequest(pending.readableBytesUInt8Span) {
        case .complete:
            let head = parser.request
            isStreaming = Self.isStreamed(head, pending.readableBytesUInt8Span)
            parser.reset()
            startBody(of: head, context)
            return true
        case .incomplete:
            if clock == nil { startClock(RequestGate.headLimit, context) }
            return false
        case .refused(let fault):
            open += 1
            refuse(Problem(fault), context)
            return false
        }
    }

    private func startBody(of head: RequestHead, _ context: ChannelHandlerContext) {
        stopClock()
        open += 1
        isLast = !head.keepAlive
        pass(head.byteCount, context)
        let limit = isStreaming ? Int.max : Door.longestBody
        if case .length(let count) = head.framing, count > limit {
            // The door sees the length and refuses; the body itself is not read.
            stage = .shut
            return
        }
        if head.expectsContinue, open == 1 { writeContinue(context) }
        stage = .body(BodyDecoder(head.framing), allowance: limit)
        if head.framing != .none { startClock(RequestGate.bodyLimit, context) }
    }

    private static func isStreamed(_ head: RequestHead, _ bytes: Span<UInt8>) -> Bool {
        EndpointTable.streamedPaths.contains { path in
            guard head.target.count >= path.count else { return false }
            for position in path.indices where bytes[head.target.start + position] != path[position] { return false }
            let end = head.target.start + path.count
            return end == head.target.end || bytes[end] == UInt8(ascii: "?")
        }
    }

    private func takeBody(_ start: BodyDecoder, _ limit: Int, _ context: ChannelHandlerContext) -> Bool {
        var decoder = start
        var allowance = limit
        var offset = 0
        while true {
            switch decoder.next(pending.readableBytesUInt8Span, from: offset) {
            case .data(let slice):
                allowance -= slice.count
                offset = slice.end
                guard allowance >= 0 else {
                    pass(offset, context)
                    stage = .shut
                    return false
                }
            case .needMore:
                if isStreaming, pending.readableBytes > 0 {
                    stopClock()
                    startClock(RequestGate.bodyLimit, context)
                }
                stage = .body(decoder, allowance: allowance)
                pass(pending.readableBytes, context)
                return false
            case .end(let end):
                stopClock()
                isStreaming = false
                stage = isLast ? .shut : .head
                pass(end, context)
                return true
            case .refused(let fault):
                refuse(Problem(fault), context)
                return false
            }
        }
    }

    private func pass(_ count: Int, _ context: ChannelHandlerContext) {
        guard count > 0, let bytes = pending.readSlice(length: count) else { return }
        context.fireChannelRead(wrapInboundOut(bytes))
    }

    /// Ends the connection. An error of the decoder's own kind travels to whoever reads requests, behind the requests
    /// before it, so the refusal is answered in its turn; ``AnswerWatch`` gives that answer its words.
    private func refuse(_ problem: Problem, _ context: ChannelHandlerContext) {
        stopClock()
        stage = .shut
        self.problem = problem
        guard open > 0 else { return end(context) }
        context.fireChannelReadComplete()
        context.fireErrorCaught(HTTPParserError.unknown)
    }

    private func writeContinue(_ context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n")), promise: nil)
    }

    /// Called when an answer has been written.
    func answered(_ context: ChannelHandlerContext) {
        open -= 1
        // Answered before its end, a body without a greatest length would be read for ever.
        if open <= 0, isShut || isStreaming { end(context) }
    }

    /// Says that nothing more will be written, and closes a little later.
    private func end(_ context: ChannelHandlerContext) {
        stopClock()
        stage = .shut
        let channel = context.channel
        channel.close(mode: .output, promise: nil)
        context.eventLoop.scheduleTask(in: RequestGate.lingering) { channel.close(promise: nil) }
    }

    private func startClock(_ limit: TimeAmount, _ context: ChannelHandlerContext) {
        let channel = context.channel
        clock = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    private func stopClock() {
        clock?.cancel()
        clock = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopClock()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopClock() }
}
