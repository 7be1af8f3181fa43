// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import NIOCore
import NIOHTTP1

/// Sees every answer on its way out: tells the gate when one is written, says `Connection: close` on the last, and
/// puts a problem in the place of the bare 400 with which the server answers what its decoder refused.
final class AnswerWatch: ChannelOutboundHandler {
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let gate: RequestGate
    private let counts: CallCounts
    /// Set while an answer goes by that nobody asked for: the request was answered before its body turned out to be
    /// broken.
    private var isDropping = false

    init(gate: RequestGate, counts: CallCounts) {
        self.gate = gate
        self.counts = counts
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            isDropping = gate.open <= 0
            guard !isDropping else { return dropped(promise) }
            write(head, context, promise)
        case .body:
            guard !isDropping else { return dropped(promise) }
            context.write(data, promise: promise)
        case .end:
            guard !isDropping else { return dropped(promise) }
            context.writeAndFlush(data, promise: promise)
            gate.answered(context)
        }
    }

    private func write(
        _ original: HTTPResponseHead, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?
    ) {
        var head = original
        guard isBareRefusal(head) else {
            let isRefusedBody = gate.isStreaming && gate.open <= 1 && head.status.code >= 400
            if gate.endsAfterThis || isRefusedBody { head.headers.replaceOrAdd(name: "Connection", value: "close") }
            return context.write(wrapOutboundOut(.head(head)), promise: promise)
        }
        let problem = gate.problem ?? .unreadableRequest
        let body = problem.bytes
        counts.count(CallCounts.malformed, problem.status.code)
        head.status = HTTPResponseStatus(statusCode: problem.status.code)
        head.headers.replaceOrAdd(name: "Content-Type", value: "application/problem+json")
        head.headers.replaceOrAdd(name: "Content-Length", value: String(body.count))
        context.write(wrapOutboundOut(.head(head)), promise: promise)
        context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: body)))), promise: nil)
    }

    /// All of our own answers have a type; only the server's refusal of what it cannot read has none.
    private func isBareRefusal(_ head: HTTPResponseHead) -> Bool {
        head.status == .badRequest && !head.headers.contains(name: "Content-Type")
    }

    private func dropped(_ promise: EventLoopPromise<Void>?) { promise?.succeed(()) }
}
