// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Logging
import NIOCore
import Testing
import Wire

@testable import ControlPlane

/// Calls the control plane of a world as one caller.
struct Client {
    let world: World
    let http: any TestClientProtocol
    var key: String

    /// What came back.
    struct Reply {
        let status: Int
        let fields: HTTPFields
        let body: String
        /// The body as a tree; null where it is no JSON.
        var json: JSON { (try? JSON.parse(body)) ?? .null }

        subscript(_ name: String) -> JSON { json[name] ?? .null }
        func text(_ name: String) -> String { json[name]?.asString ?? "" }
        var items: [JSON] { json["items"]?.asArray ?? [] }
    }

    /// The same world, another key.
    func with(key: String) -> Client { Client(world: world, http: http, key: key) }

    func get(_ path: String, _ fields: HTTPFields = [:]) async throws -> Reply {
        try await send(.get, path, nil, fields)
    }
    func post(_ path: String, _ body: String? = nil, _ fields: HTTPFields = [:]) async throws -> Reply {
        try await send(.post, path, body, fields)
    }
    func put(_ path: String, _ body: String, _ fields: HTTPFields = [:]) async throws -> Reply {
        try await send(.put, path, body, fields)
    }
    func patch(_ path: String, _ body: String, _ fields: HTTPFields = [:]) async throws -> Reply {
        try await send(.patch, path, body, fields)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: String?, _ further: HTTPFields = [:]
    ) async throws -> Reply {
        try await send(method, path, bytes: body.map { Array($0.utf8) }, further)
    }

    func send(
        _ method: HTTPRequest.Method, _ path: String, bytes: [UInt8]?, _ further: HTTPFields = [:]
    ) async throws -> Reply {
        var fields: HTTPFields = [.authorization: "Bearer \(key)"]
        if bytes != nil { fields[.contentType] = "application/json" }
        for field in further { fields[field.name] = field.value.isEmpty ? nil : field.value }
        let response = try await http.executeRequest(
            uri: path, method: method, headers: fields, body: bytes.map { ByteBuffer(bytes: $0) })
        return Reply(status: response.status.code, fields: response.headers, body: String(buffer: response.body))
    }

    /// Makes something that must succeed.
    func make(_ path: String, _ body: String) async throws -> Reply {
        let reply = try await post(path, body)
        try #require(reply.status == 201, "\(reply.body)")
        return reply
    }
}

/// Runs `body` against a new world, without a socket.
func withWorld(_ body: @escaping @Sendable (Client) async throws -> Void) async throws {
    let world = try await World()
    let app = controlPlane(ports: world.ports, host: "127.0.0.1", port: 0, logger: .silent)
    try await app.test(.router) { http in
        try await body(Client(world: world, http: http, key: world.managerKey))
    }
}

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
