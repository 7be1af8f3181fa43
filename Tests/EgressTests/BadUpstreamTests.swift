// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import NIOPosix
import Testing

@Suite("Upstreams that misbehave, over real sockets")
struct BadUpstreamTests {
    @Test(
        "an answer that stops or makes no sense is told as what it is",
        arguments: [
            (nil, nil, .closedEarly), ("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", 200, .closedEarly),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n", 200, .closedEarly),
            ("HTTP/1.1 2", nil, .closedEarly),
            ("garbage\r\n\r\n", nil, .malformedResponse(code: "status_line_malformed")),
            ("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1/\r\n\r\nmoved", 302, nil),
        ] as [(String?, Int?, EgressFailure?)])
    func answers(text: String?, status: Int?, failure: EgressFailure?) async throws {
        let upstream = try Upstream.answering(text, thenClosing: true)
        defer { upstream.close() }
        let call = try await Client().call(.local(port: upstream.port))
        #expect(call.status == status)
        #expect(call.failure == failure)
    }

    @Test("an upstream that takes the request and says nothing is given up")
    func silent() async throws {
        let upstream = try Upstream { _ in }
        defer { upstream.close() }
        var limits = TimeLimits()
        limits.firstByte = .milliseconds(30)
        let call = try await Client(limits: limits).call(.local(port: upstream.port))
        #expect(call.failure == .timedOut(.firstByte))
    }

    @Test("an upstream whose queue is full does not hold a call longer than the connect limit")
    func swallowed() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let server = try await ServerBootstrap(group: group).serverChannelOption(.backlog, value: 1)
            .serverChannelOption(.autoRead, value: false).bind(host: "127.0.0.1", port: 0).get()
        let address = try #require(server.localAddress)
        var waiting: [EventLoopFuture<any Channel>] = []
        // Linux takes one more than the backlog and then lets connection attempts drop.
        for _ in 0..<3 {
            waiting.append(ClientBootstrap(group: group).connectTimeout(.milliseconds(200)).connect(to: address))
        }
        for connection in waiting { _ = try? await connection.get() }
        var limits = TimeLimits()
        limits.connect = .milliseconds(100)
        let call = try await Client(limits: limits).call(.local(port: try #require(address.port)))
        #expect(call.failure == .timedOut(.connect))
        for connection in waiting { try? await connection.get().close() }
        try await server.close()
    }

    @Test("hundreds of calls at once each get their own answer")
    func concurrent() async throws {
        let upstream = try Upstream.answering("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        defer { upstream.close() }
        let client = try Client()
        let destination = Destination.local(port: upstream.port)
        for _ in 0..<3 {
            let bodies = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<200 { group.addTask { try await client.call(destination).body } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(bodies == Array(repeating: "ok", count: 200))
        }
        let (open, idle) = try await client.run { ($0.openCount, $0.idleCount) }
        #expect(open == idle)
        #expect(idle <= PoolLimits().idlePerDestination)
    }
}
