// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// Answers the first head with a greeting, then sends back whatever comes.
final class EchoServer: Sendable {
    private final class Seen: Sendable {
        let text = Mutex("")
    }

    private let channel: any Channel
    private let seen: Seen
    let port: Int

    init(greeting: String) async throws {
        let seen = Seen()
        self.seen = seen
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(
                        Handler(greeting) { text in seen.text.withLock { $0 = text } })
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    /// The head it was sent.
    var request: String { seen.text.withLock { $0 } }

    func close() async { try? await channel.close() }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let greeting: String
        private let note: (String) -> Void
        private var head: String? = ""

        init(_ greeting: String, _ note: @escaping (String) -> Void) {
            self.greeting = greeting
            self.note = note
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let bytes = unwrapInboundIn(data)
            guard var head else { return context.writeAndFlush(wrapOutboundOut(bytes), promise: nil) }
            head += String(buffer: bytes)
            self.head = head
            guard head.utf8.reversed().starts(with: "\r\n\r\n".utf8.reversed()) else { return }
            self.head = nil
            note(head)
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: greeting)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
