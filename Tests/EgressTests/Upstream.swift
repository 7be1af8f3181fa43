// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Access
import Egress
import NIOCore
import NIOPosix
import NIOSSL

/// A server on loopback that does with each connection what the test says.
struct Upstream {
    let channel: any Channel
    let port: Int

    /// `talk` hears of every connection, on its event loop, once its handlers can be added.
    init(tls: NIOSSLContext? = nil, host: String = "127.0.0.1", talk: @escaping @Sendable (any Channel) -> Void) throws
    {
        channel = try ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1_024)
            .childChannelInitializer { child in
                child.eventLoop.makeCompletedFuture {
                    if let tls { try child.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    talk(child)
                }
            }
            .bind(host: host, port: 0).wait()
        port = channel.localAddress?.port ?? 0
    }

    /// Answers every read with the same bytes, or closes without a word.
    static func answering(_ text: String?, thenClosing: Bool = false, tls: NIOSSLContext? = nil) throws -> Upstream {
        try Upstream(tls: tls) { channel in
            try? channel.pipeline.syncOperations.addHandler(Answering(text: text, closes: thenClosing))
        }
    }

    func close() { try? channel.close().wait() }
}

/// Answers every read with the same bytes.
final class Answering: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer
    let text: String?
    let closes: Bool

    init(text: String?, closes: Bool) {
        self.text = text
        self.closes = closes
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard let text else { return context.close(promise: nil) }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        if closes { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}

/// A call over real sockets, and what came of it.
struct Call: Sendable {
    var status: Int?
    var body = ""
    var failure: EgressFailure?
}

/// One event loop with its pool, as a data plane thread has it.
final class Client: Sendable {
    let loop: any EventLoop
    private let pool: NIOLoopBound<ConnectionPool>

    init(
        resolver: NameResolver = .system(on: .singleton), trust: TrustStore = TrustStore(),
        limits: TimeLimits = TimeLimits()
    ) throws {
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        self.loop = loop
        let dialer = Dialer.network(resolver: resolver, trust: trust, threads: .singleton, limits: limits)
        pool = try loop.submit {
            NIOLoopBound(ConnectionPool(on: loop, dialer: dialer, limits: limits), eventLoop: loop)
        }.wait()
    }

    func call(_ destination: Destination) async throws -> Call {
        let done = loop.makePromise(of: Call.self)
        loop.execute {
            let owner = RecordingOwner()
            owner.onOver = { [unowned owner] in
                done.succeed(Call(status: owner.status, body: owner.text, failure: owner.failure))
            }
            Exchange(to: destination, through: self.pool.value, for: owner).start(.get())
        }
        return try await done.futureResult.get()
    }

    /// Runs on the loop of the pool.
    func run<Result: Sendable>(_ body: @escaping @Sendable (ConnectionPool) throws -> Result) async throws -> Result {
        try await loop.submit { try body(self.pool.value) }.get()
    }
}

extension Destination {
    /// Something on loopback, opened by an explicit range unless the test says otherwise.
    static func local(
        _ scheme: Origin.Scheme = .http, host: Origin.Host = .address(IPAddress(v4: 0x7f00_0001)), port: Int,
        allowing ranges: [String] = ["127.0.0.0/8", "::1"], certificateAuthorities: String? = nil,
        identity: ClientIdentity? = nil
    ) -> Destination {
        Destination(
            origin: Origin(scheme: scheme, host: host, port: port),
            allowingPrivate: ranges.compactMap { AddressRange($0) },
            certificateAuthorities: certificateAuthorities, identity: identity)
    }
}

extension NameResolver {
    /// Answers each look-up with the next of these, the last one again and again.
    static func scripted(_ answers: [[String]], count: LookUps = LookUps()) -> NameResolver {
        NameResolver { _, loop in
            let turn = count.next()
            let answer = answers[min(turn, answers.count - 1)].compactMap { IPAddress($0) }
            return loop.makeSucceededFuture(answer)
        }
    }
}
