// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A provider on loopback that keeps what it was sent and answers as the test says.
final class StandIn: Sendable {
    /// What it does once `isWhole` says that it has seen enough.
    struct Reply: Sendable {
        var pieces: [String]
        /// Sent after the pieces, as they are.
        var bytes: [UInt8] = []
        var closes = false
        /// Answers as soon as the head is there.
        var isEarly = false

        static func ok(_ body: String = "done") -> Reply {
            Reply(pieces: ["HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"])
        }
    }

    private final class Seen: Sendable {
        let requests = Mutex<[String]>([])
    }

    private let channel: any Channel
    private let seen = Seen()
    let port: Int

    init(_ reply: Reply = .ok()) async throws {
        let seen = seen
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        Handler(reply) { text in seen.requests.withLock { $0.append(text) } })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// The requests it was sent, whole, in their order.
    var requests: [String] { seen.requests.withLock { $0 } }

    func close() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let reply: Reply
        private let note: (String) -> Void
        private var text = ""
        private var hasAnswered = false

        init(_ reply: Reply, _ note: @escaping (String) -> Void) {
            self.reply = reply
            self.note = note
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            while let end = text.firstRange(of: "\r\n\r\n")?.upperBound {
                if reply.isEarly, !hasAnswered { answer(context) }
                guard let whole = Self.end(of: text, headEnd: end) else { return }
                note(String(text[..<whole]))
                text = String(text[whole...])
                if !hasAnswered { answer(context) }
                hasAnswered = false
            }
        }

        private func answer(_ context: ChannelHandlerContext) {
            hasAnswered = true
            for piece in reply.pieces {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: piece)), promise: nil)
            }
            if !reply.bytes.isEmpty {
                context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: reply.bytes)), promise: nil)
            }
            if reply.closes { context.close(promise: nil) }
        }

        private static func end(of text: String, headEnd: String.Index) -> String.Index? {
            let head = text[..<headEnd].lowercased()
            if head.contains("transfer-encoding: chunked") {
                let rest = text[headEnd...]
                let last = rest.utf8.starts(with: "0\r\n\r\n".utf8) ? "0\r\n\r\n" : "\r\n0\r\n\r\n"
                return rest.firstRange(of: last)?.upperBound
            }
            guard let field = head.firstRange(of: "content-length: ") else { return headEnd }
            let count = Int(head[field.upperBound...].prefix { $0.isNumber }) ?? 0
            return text.utf8.index(headEnd, offsetBy: count, limitedBy: text.endIndex)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
