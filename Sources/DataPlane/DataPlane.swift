// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Egress
package import HeldKeys
package import IssuedKeys
package import Metering
internal import NIOCore
internal import NIOPosix
internal import Synchronization
package import Tokens

/// The data plane: verify, authorize and lend, on raw channel handlers over event loops that each have a lane of the
/// index.
package final class DataPlane: Sendable {
    private let group: MultiThreadedEventLoopGroup
    /// Name look-ups and certificate files, which block.
    private let threads: NIOThreadPool
    /// The proxy's certificates; of its own, so that no look-up that hangs holds them up.
    let proxyThreads = NIOThreadPool(numberOfThreads: 1)
    let dialer: Dialer
    let states: [NIOLoopBound<EventLoopState>]
    private let counters: [Counters]
    private let log: LendLog?
    private let echoes = EchoReports()
    private let servers = Mutex<[any Channel]>([])
    private let socket = Mutex<LocalSocket?>(nil)

    /// A plane that decides by `index` and lends by `lending`.
    ///
    /// - Parameters:
    ///   - loops: how many event loops; the first so many lanes of the index are theirs.
    ///   - lendUses: counts lent calls, with a lane for each loop.
    ///   - meters: what all calls have used; `lender` lets more of a budget be spent.
    ///   - mint: signs and knows tokens.
    ///   - trusted: peers whose forwarded headers are believed.
    ///   - via: this installation's name in `Via`, by which calls that come back to it are known: a token.
    ///   - log: where each lent call is told of.
    package init(
        index: KeyIndex, loops: Int, lending: Lending, lendUses: LendUses? = nil, meters: Meters = Meters(),
        lender: any Lender = NoLender(),
        mint: Mint = .none, oauth: OAuthPorts = .none, holding: HoldingPorts = .none, trusting trusted: [AddressRange],
        limits: ConnectionLimits = ConnectionLimits(), via: String? = nil, log: LendLog? = nil
    ) {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: loops)
        let threads = NIOThreadPool(numberOfThreads: 2)
        threads.start()
        let dialer = Dialer.network(resolver: .system(on: threads), trust: TrustStore(), threads: threads)
        self.threads = threads
        self.dialer = dialer
        let lendUses = lendUses ?? LendUses(lanes: loops)
        let counters = (0..<loops).map { _ in Counters() }
        self.group = group
        self.counters = counters
        self.log = log
        let (echoes, tokenDesk) = (echoes, TokenDesk())
        states = zip(group.makeIterator(), counters).enumerated().map { lane, pair in
            let (loop, counters) = pair
            let made = loop.submit {
                NIOLoopBound(
                    EventLoopState(
                        lane: lane, index: index, lending: lending, lendUses: lendUses, meters: meters, lender: lender,
                        trusted: trusted,
                        counters: counters,
                        pool: ConnectionPool(on: loop, dialer: dialer), mint: mint, oauth: oauth,
                        holding: holding, tokenDesk: tokenDesk, limits: limits, via: via ?? Via.unnamed,
                        log: log.map { TraceBuffer($0, on: loop) }, echoReports: echoes), eventLoop: loop)
            }
            guard let state = try? made.wait() else { preconditionFailure("making an event loop's state cannot fail") }
            return state
        }
    }

    /// Listens, and gives the address that was taken.
    package func start(host: String, port: Int) async throws -> String {
        try await listen(bootstrap { Connection(state: $0) }, host: host, port: port)
    }

    func listen(_ server: ServerBootstrap, host: String, port: Int) async throws -> String {
        let channel =
            try await server
            .serverChannelOption(ChannelOptions.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(ChannelOptions.tcpOption(.tcp_nodelay), value: 1)
            .bind(host: host, port: port).get()
        servers.withLock { $0.append(channel) }
        guard let address = channel.localAddress, let host = address.ipAddress, let port = address.port else {
            return ""
        }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }

    /// Listens on a Unix socket too, at `path`.
    ///
    /// - Throws: ``LocalSocket/Fault``, or what binding failed with.
    package func start(socket path: String) async throws {
        try LocalSocket.clear(path)
        let channel = try await bootstrap { Connection(state: $0, isLocal: true) }
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: false).get()
        servers.withLock { $0.append(channel) }
        let opened = try LocalSocket.opened(path)
        socket.withLock { $0 = opened }
    }

    func bootstrap(_ handler: @escaping @Sendable (EventLoopState) -> any ChannelHandler) -> ServerBootstrap {
        let states = Dictionary(uniqueKeysWithValues: states.map { (ObjectIdentifier($0.eventLoop), $0) })
        return ServerBootstrap(group: group)
            .serverChannelOption(ChannelOptions.backlog, value: 1024)
            .childChannelOption(ChannelOptions.maxMessagesPerRead, value: 1)
            .childChannelOption(ChannelOptions.writeBufferWaterMark, value: .init(low: 64 * 1024, high: 256 * 1024))
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    guard let state = states[ObjectIdentifier(channel.eventLoop)] else {
                        throw ChannelError.eof
                    }
                    try channel.pipeline.syncOperations.addHandler(handler(state.value))
                }
            }
    }

    /// Stops accepting, lets what runs end for up to `seconds`, then closes everything.
    package func drain(seconds: Int = 10) async {
        let servers = servers.withLock { servers in
            defer { servers = [] }
            return servers
        }
        for server in servers { try? await server.close() }
        socket.withLock { $0.take() }?.remove()
        for state in states { try? await state.eventLoop.submit { state.value.drain() }.get() }
        for _ in 0..<(seconds * 20) {
            if await openConnections() == 0 { break }
            try? await Task.sleep(for: .milliseconds(50))
        }
        try? await group.shutdownGracefully()
        try? await threads.shutdownGracefully()
        try? await proxyThreads.shutdownGracefully()
        await log?.close()
    }

    /// The echoes of credentials that were seen and not taken yet: one a minute and credential.
    package func takeEchoes() -> [EchoReport] { echoes.take() }

    private func openConnections() async -> Int {
        var count = 0
        for state in states {
            count += (try? await state.eventLoop.submit { state.value.connectionCount }.get()) ?? 0
        }
        return count
    }

    /// This plane's part of `/metrics`.
    package var metrics: String { Counters.total(counters).text + (log?.metrics ?? "") }
}
