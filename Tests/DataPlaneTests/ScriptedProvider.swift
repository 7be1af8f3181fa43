// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A provider whose every answer is made when its request is there, by what the test says then.
final class ScriptedProvider: Sendable {
    /// Given the request and how many came before it, the answer.
    typealias Script = @Sendable (String, Int) -> String

    private final class Box: Sendable {
        let script = Mutex<Script?>(nil)
        let requests = Mutex<[String]>([])

        func answer(_ request: String) -> String {
            let count = requests.withLock { requests in
                requests.append(request)
                return requests.count - 1
            }
            return script.withLock { $0 }?(request, count) ?? ""
        }
    }

    private let channel: any Channel
    private let box: Box
    let port: Int

    init() async throws {
        let box = Box()
        self.box = box
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    try child.pipeline.syncOperations.addHandler(Handler(box))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        port = channel.localAddress?.port ?? 0
    }

    func answers(_ script: @escaping Script) { box.script.withLock { $0 = script } }

    /// The requests it was sent, whole, in their order.
    var requests: [String] { box.requests.withLock { $0 } }

    func close() async { try? await channel.close() }

    /// Takes requests whose body ends with a full stop, or that have none.
    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer
        private let box: Box
        private var text = ""

        init(_ box: Box) { self.box = box }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            text += String(buffer: unwrapInboundIn(data))
            guard let end = text.firstRange(of: "\r\n\r\n")?.upperBound else { return }
            let head = text[..<end].lowercased()
            let hasBody = head.contains("content-length") || head.contains("transfer-encoding")
            guard !hasBody || text.hasSuffix(".") || text.hasSuffix("0\r\n\r\n") else { return }
            let request = text
            text = ""
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: box.answer(request))), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
