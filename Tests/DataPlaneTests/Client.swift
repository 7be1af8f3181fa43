// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOPosix
import Synchronization

/// A client that writes the bytes it is told and reads answers by their framing, or to the end.
final class Client: Sendable {
    private let channel: any Channel
    private let inbox: Inbox

    enum Fault: Error, Equatable {
        /// The other side closed before the answer was whole.
        case closed(after: String)
        /// Nothing came for a long time.
        case silence(after: String)
    }

    init(port: Int) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        channel = try await Self.bootstrap(inbox).channelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .connect(host: "127.0.0.1", port: port).get()
    }

    init(socket path: String) async throws {
        let inbox = Inbox()
        self.inbox = inbox
        channel = try await Self.bootstrap(inbox).connect(unixDomainSocketPath: path).get()
    }

    private static func bootstrap(_ inbox: Inbox) -> ClientBootstrap {
        ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(ChannelOptions.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Collector(inbox))
                }
            }
    }

    func send(_ text: String) async throws { try await send(Array(text.utf8)) }

    func send(_ bytes: [UInt8]) async throws { try await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get() }

    func close() { channel.close(promise: nil) }

    /// The next answer.
    func answer(toHead isHead: Bool = false) async throws -> Answer {
        try await inbox.take { Answer.read(&$0, isHead: isHead, isEnd: $1) }
    }

    /// An interim head such as `100 Continue`.
    func interim() async throws -> String {
        try await inbox.take { bytes, _ in
            guard let end = Answer.headEnd(bytes) else { return nil }
            defer { bytes.removeFirst(end) }
            return String(decoding: bytes.prefix(end), as: UTF8.self)
        }
    }

    /// Everything until the other side closes.
    func rest() async throws -> [UInt8] {
        try await inbox.take { bytes, isEnd in
            guard isEnd else { return nil }
            defer { bytes.removeAll() }
            return bytes
        }
    }

    /// Whatever `body` makes of the bytes, once it makes something.
    func take<Result: Sendable>(_ body: @Sendable (inout [UInt8], Bool) -> Result?) async throws -> Result {
        try await inbox.take(body)
    }

    /// At least `count` bytes, without taking them.
    func waits(for count: Int) async throws {
        _ = try await inbox.take { bytes, _ in bytes.count >= count ? true : nil }
    }

    /// What arrived, and who waits for it.
    final class Inbox: Sendable {
        private struct State {
            var bytes: [UInt8] = []
            var isEnd = false
            var waiting: [@Sendable () -> Void] = []
        }

        private let state = Mutex(State())

        func put(_ bytes: [UInt8]) { change { $0.bytes += bytes } }
        func end() { change { $0.isEnd = true } }

        private func change(_ body: (inout sending State) -> Void) {
            let waiting = state.withLock { state in
                body(&state)
                defer { state.waiting = [] }
                return state.waiting
            }
            for resume in waiting { resume() }
        }

        /// Tries `body` whenever something arrived, until it gives an answer.
        func take<Result: Sendable>(_ body: @Sendable (inout [UInt8], Bool) -> Result?) async throws -> Result {
            let patience = ContinuousClock.now + .seconds(30)
            while true {
                let (found, isEnd, count, soFar) = state.withLock { state in
                    let found = body(&state.bytes, state.isEnd)
                    return (
                        found, state.isEnd, state.bytes.count, String(decoding: state.bytes.prefix(300), as: UTF8.self)
                    )
                }
                if let found { return found }
                if isEnd { throw Fault.closed(after: soFar) }
                guard ContinuousClock.now < patience else { throw Fault.silence(after: soFar) }
                await arrival(after: count)
            }
        }

        /// Waits for the next bytes, or a second, whichever is first.
        private func arrival(after count: Int) async {
            await withCheckedContinuation { continuation in
                let once = Once(continuation)
                let isLate = state.withLock { state in
                    guard state.bytes.count == count, !state.isEnd else { return true }
                    state.waiting.append { once.resume() }
                    return false
                }
                if isLate { once.resume() }
                MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: .seconds(1)) { once.resume() }
            }
        }
    }

    private final class Once: Sendable {
        private let continuation: Mutex<CheckedContinuation<Void, Never>?>
        init(_ continuation: CheckedContinuation<Void, Never>) { self.continuation = Mutex(continuation) }
        func resume() { continuation.withLock { $0.take() }?.resume() }
    }

    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let inbox: Inbox
        init(_ inbox: Inbox) { self.inbox = inbox }
        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            inbox.put(Array(unwrapInboundIn(data).readableBytesView))
        }
        func channelInactive(context: ChannelHandlerContext) { inbox.end() }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
        func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
            if event as? ChannelEvent == .inputClosed { inbox.end() }
        }
    }
}
