// SPDX-License-Identifier: Apache-2.0
import Access
import Foundation
import HummingbirdTesting
import NIOCore
import Testing
import Wire

@testable import ControlPlane

/// Over a socket: what a client sees of a refusal, and that the connection ends.
@Suite struct LiveConnectionTests {
    private static let get = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"

    /// Sends bytes to a live control plane and gives all that comes back until the connection ends.
    private func exchange(_ text: String) async throws -> [Reply] {
        let world = try await World()
        let app = controlPlane(ports: world.ports, host: "127.0.0.1", port: 0, logger: .silent)
        return try await app.test(.live) { client in
            let port = try #require(client.port)
            let received = try await RawSocket.exchange(Array(text.utf8), port: UInt16(port))
            return Reply.all(in: String(decoding: received, as: UTF8.self))
        }
    }

    /// One answer as it stood on the wire.
    struct Reply {
        let status: Int
        let head: String
        let body: String
        var code: String { ((try? JSON.parse(body)) ?? .null)["code"]?.asString ?? "" }

        static func all(in text: String) -> [Reply] {
            var replies: [Reply] = []
            var rest = text[...]
            while let end = rest.range(of: "\r\n\r\n") {
                let head = String(rest[..<end.lowerBound])
                let length = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                    .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) }
                let body = rest[end.upperBound...].utf8.prefix(length ?? 0)
                let status = Int(head.split(separator: " ").dropFirst().first ?? "") ?? 0
                replies.append(Reply(status: status, head: head, body: String(decoding: Array(body), as: UTF8.self)))
                rest = rest[body.endIndex...]
            }
            return replies
        }
    }

    @Test(arguments: RequestGateTests.malformed)
    func `a malformed head gets one problem and the connection ends`(_ text: String) async throws {
        let replies = try await exchange(text + Self.get)
        #expect(replies.count == 1)
        let reply = try #require(replies.first)
        #expect([400, 414, 431, 501, 505].contains(reply.status))
        #expect(["malformed_http", "head_too_large"].contains(reply.code), "\(reply.body)")
        #expect(reply.head.lowercased().contains("content-type: application/problem+json"))
        #expect(reply.head.lowercased().contains("connection: close"))
    }

    @Test func `requests before a malformed one are answered first`() async throws {
        let replies = try await exchange(Self.get + Self.get + "GET / HTTP/1.1\r\nHost : a\r\n\r\n" + Self.get)
        #expect(replies.map(\.status) == [200, 200, 400])
    }

    @Test func `a broken chunk gets a problem and the connection ends`() async throws {
        let replies = try await exchange(
            "POST /v1/keys HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0x1\r\n{\r\n0\r\n\r\n" + Self.get)
        #expect(replies.count == 1)
        #expect([400, 401].contains(replies.first?.status ?? 0), "the key is asked for before the body is read")
    }

    @Test func `a broken chunk in a body that is read gets 400`() async throws {
        let world = try await World()
        let app = controlPlane(ports: world.ports, host: "127.0.0.1", port: 0, logger: .silent)
        try await app.test(.live) { client in
            let text =
                "POST /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(world.managerKey)\r\n"
                + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"a\"}\r\n0\r\nA b\r\n\r\n"
            let received = try await RawSocket.exchange(Array(text.utf8), port: UInt16(client.port ?? 0))
            let replies = Reply.all(in: String(decoding: received, as: UTF8.self))
            #expect(replies.map(\.status) == [400])
            #expect(replies.first?.code == "malformed_http")
        }
        let client = try await world.ports.owners.list(
            by: .setup, .init(type: .account), .init(after: nil, limit: 10), at: world.clock.now)
        #expect(client.items.count == 1)
    }

    @Test func `a body that is declared too long gets 413 without being read`() async throws {
        let world = try await World()
        let app = controlPlane(ports: world.ports, host: "127.0.0.1", port: 0, logger: .silent)
        try await app.test(.live) { client in
            for framing in ["Content-Length: 2000000", "Transfer-Encoding: chunked"] {
                let chunk = framing.hasPrefix("T") ? "1E8480\r\n" : ""
                let text =
                    "POST /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(world.managerKey)\r\n\(framing)\r\n\r\n\(chunk)"
                    + String(repeating: " ", count: 1_200_000)
                let received = try await RawSocket.exchange(Array(text.utf8), port: UInt16(client.port ?? 0))
                let replies = Reply.all(in: String(decoding: received, as: UTF8.self))
                #expect(replies.map(\.status) == [413], "\(framing)")
                #expect(replies.first?.code == "body_too_large")
            }
        }
    }

    @Test func `a connection that is to be closed is closed, and says so`() async throws {
        let replies = try await exchange("GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n" + Self.get)
        #expect(replies.map(\.status) == [200])
        #expect(replies.first?.head.lowercased().contains("connection: close") == true)
        #expect(try await exchange("GET /healthz HTTP/1.0\r\n\r\n").map(\.status) == [200])
    }

    @Test(arguments: [
        "Content-Length: 100\r\n\r\n{\"name\":\"a\"}", "Transfer-Encoding: chunked\r\n\r\nc\r\n{\"name\":\"a\"}\r\n",
    ])
    func `a body that ends early is not taken for a whole one`(_ rest: String) async throws {
        let world = try await World()
        let app = controlPlane(ports: world.ports, host: "127.0.0.1", port: 0, logger: .silent)
        try await app.test(.live) { client in
            let text =
                "POST /v1/accounts HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer \(world.managerKey)\r\n"
                + "Content-Type: application/json\r\n" + rest
            let received = try await RawSocket.exchange(
                Array(text.utf8), port: UInt16(client.port ?? 0), endsWriting: true)
            #expect(Reply.all(in: String(decoding: received, as: UTF8.self)).map(\.status) == [400])
        }
        let accounts = try await world.ports.owners.list(
            by: .setup, .init(type: .account), .init(after: nil, limit: 10), at: world.clock.now)
        #expect(accounts.items.count == 1)
    }

    @Test func `a target in absolute form is understood`() async throws {
        let replies = try await exchange("GET http://a:1/healthz HTTP/1.1\r\nHost: a:1\r\nConnection: close\r\n\r\n")
        #expect(replies.map(\.status) == [200])
    }

    @Test func `the bound port is told`() async throws {
        let world = try await World()
        let (ports, told) = AsyncStream.makeStream(of: Int?.self)
        let app = controlPlane(ports: world.ports, host: "127.0.0.1", port: 0, logger: .silent) { address in
            told.yield(address?.port)
            told.finish()
        }
        try await app.test(.live) { client in
            for await port in ports { #expect(port == client.port) }
        }
    }
}
