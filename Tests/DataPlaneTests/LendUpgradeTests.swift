// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import IssuedKeys
import NIOCore
import NIOPosix
import TestKit
import Testing

@Suite("WebSocket through a lent call")
struct LendUpgradeTests {
    private static let asking = [
        "Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
    ]
    private static let granting =
        "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: WebSocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"

    /// A client on a socket that was gone over to WebSocket, to a provider that sends back all it gets.
    private static func open(
        _ body: (LendScene, Server, Client) async throws -> Void
    ) async throws {
        let echo = try await EchoServer(greeting: granting + "X-Echo: held-secret\r\n\r\nfirst")
        let scene = try LendScene(.bearer(), port: echo.port, held: "held-secret")
        try await Server.with(scene.changes, lending: scene.lending) { (server) async throws in
            let client = try await Client(port: server.port)
            try await client.send(scene.request("/socket", [scene.bearer] + asking))
            let head = try await client.interim()
            #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(head.contains("Connection: Upgrade\r\nUpgrade: websocket\r\n"))
            #expect(head.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
            #expect(head.contains("X-Echo: ***********\r\n"))
            #expect(try await client.text(5) == "first")
            try await body(scene, server, client)
            client.close()
        }
        let request = echo.request
        #expect(request.contains("Connection: Upgrade\r\nUpgrade: websocket\r\n") && !request.contains("keep-alive"))
        #expect(request.contains("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"))
        #expect(request.contains("Authorization: Bearer held-secret\r\n"))
        await echo.close()
    }

    @Test("bytes pass both ways as they are, as many as there are, with the credential's own among them")
    func passes() async throws {
        try await Self.open { (_, _, client) async throws in
            for text in ["one", "\r\n\r\nGET / HTTP/1.1\r\n", "held-secret"] {
                try await client.send(text)
                #expect(try await client.text(text.utf8.count) == text)
            }
            let long = String(repeating: "0123456789", count: 100_000)
            async let sent: Void = client.send(long)
            #expect(try await client.text(long.utf8.count) == long)
            try await sent
        }
    }

    @Test("ends when the integration is paused or revoked", arguments: [Integration.State.paused, .revoked])
    func integrationEnds(state: Integration.State) async throws {
        try await Self.open { (scene, _, client) async throws in
            var integration = scene.integration
            integration.state = state
            scene.lending.apply([.integration(integration)])
            #expect(try await client.rest() == [])
        }
    }

    @Test("ends when the caller's key is revoked")
    func keyEnds() async throws {
        try await Self.open { (scene, server, client) async throws in
            var key = scene.sample.key
            key.state = .revoked(Revocation(at: FixedTime.start, reason: .other, note: nil))
            server.index.apply([.key(key)])
            #expect(try await client.rest() == [])
        }
    }

    @Test("a stream that runs ends with the integration, too")
    func streamEnds() async throws {
        let piece = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n"
        try await LendScene.with(.bearer(), reply: .init(pieces: [piece])) { (scene, server, _) async throws in
            let client = try await Client(port: server.port)
            try await client.send(scene.request("/", [scene.bearer]))
            _ = try await client.interim()
            #expect(try await client.text(10) == "5\r\nfirst\r\n")
            var integration = scene.integration
            integration.state = .revoked
            scene.lending.apply([.integration(integration)])
            #expect(try await client.rest() == [])
        }
    }

    @Test("is refused when nobody asked, or another protocol is granted")
    func unasked() async throws {
        for (fields, granted) in [
            ([], Self.granting), (["Connection: Upgrade", "Upgrade: h2c"], Self.granting),
            (Self.asking, "HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n"),
            (Self.asking, "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\n"),
        ] {
            try await LendScene.with(.bearer(), reply: .init(pieces: [granted + "\r\n"])) {
                (scene, server, standIn) async throws in
                let answer = try await server.ask(scene.request("/", [scene.bearer] + fields))
                #expect(answer.status == 502 && answer["x-bitting-error"] == "upstream_malformed")
                #expect(standIn.requests.allSatisfy { !$0.contains("h2c") })
            }
        }
    }

    @Test("a provider that does not want it answers as ever, and the connection is used again")
    func declined() async throws {
        try await LendScene.with(.bearer(), reply: .ok("no")) { (scene, server, _) async throws in
            let client = try await Client(port: server.port)
            for _ in 0..<2 {
                try await client.send(scene.request("/", [scene.bearer] + Self.asking))
                let answer = try await client.answer()
                #expect(answer.status == 200 && answer.text == "no" && answer["upgrade"] == nil)
            }
            client.close()
        }
    }
}

extension Client {
    /// The next so many bytes.
    func text(_ count: Int) async throws -> String {
        try await take { bytes, _ in
            guard bytes.count >= count else { return nil }
            defer { bytes.removeFirst(count) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }
    }
}
