// SPDX-License-Identifier: Apache-2.0
import Egress
import HeldKeys
import IssuedKeys
import Metering
import NIOCore
import NIOEmbedded
import NIOPosix
import Secrets
import Testing
import Tokens

@testable import DataPlane

@Suite struct ConnectionClockTests {
    /// A connection without a socket.
    private struct Line {
        let channel = EmbeddedChannel()
        let state: EventLoopState
        let connection: Connection

        init() throws {
            let dialer = Dialer.network(resolver: .system(on: .singleton), trust: TrustStore(), threads: .singleton)
            state = EventLoopState(
                lane: 0, index: KeyIndex(lanes: 1), lending: Lending(), lendUses: LendUses(lanes: 1), meters: Meters(),
                lender: NoLender(),
                trusted: [], counters: Counters(),
                pool: ConnectionPool(on: channel.eventLoop, dialer: dialer),
                mint: Mint(issuer: "https://keys.test", algorithm: .edDSA), oauth: .none, limits: ConnectionLimits())
            connection = Connection(state: state)
            try channel.pipeline.syncOperations.addHandler(connection)
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        }

        func receive(_ text: String) throws { try channel.writeInbound(ByteBuffer(string: text)) }
    }

    @Test("the time a request has to arrive runs from its own first bytes, not from those of one that was answered")
    func restarts() throws {
        let line = try Line()
        #expect(line.connection.clocks.waitingSince > 0, "a new connection owes its first head")
        try line.receive("GET /healthz HTTP/1.1\r\nHo")
        let first = line.connection.clocks.waitingSince
        #expect(first > 0)
        try line.receive("st: x\r\n")
        #expect(line.connection.clocks.waitingSince == first, "more bytes of the same request do not restart it")
        try line.receive("\r\nGET /heal")
        let second = line.connection.clocks.waitingSince
        #expect(second > first)
        try line.receive("thz HTTP/1.1\r\nHost: x\r\n\r\nPOST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        let third = line.connection.clocks.waitingSince
        #expect(third > second)
        try line.receive("cdeGET /")
        #expect(line.connection.clocks.waitingSince > third)
        try line.receive("healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        #expect(line.connection.clocks.waitingSince == 0)
        _ = try line.channel.finish(acceptAlreadyClosed: true)
    }

    @Test("a server that drains ends a connection once an unwanted body is over")
    func drains() throws {
        let line = try Line()
        try line.receive("POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nab")
        line.state.drain()
        try line.receive("cde")
        guard case .lingering = line.connection.phase else {
            Issue.record("the connection waits for another request")
            return
        }
    }
}
