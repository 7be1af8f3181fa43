// SPDX-License-Identifier: Apache-2.0
import BittingClient
import BittingHummingbird
import DataPlane
import HTTPTypes
import HeldKeys
import Hummingbird
import HummingbirdTesting
import IssuedKeys
import TestKit
import Testing

@Suite("The authenticator for Hummingbird")
struct AuthenticatorTests {
    private let keys = Gate.Keys()

    /// Runs `body` against the application, over a socket, with a real data plane behind it.
    private func withGate(_ body: @escaping @Sendable (any TestClientProtocol) async throws -> Void) async throws {
        let index = KeyIndex(lanes: 1)
        index.apply(keys.changes)
        let plane = DataPlane(index: index, loops: 1, lending: Lending(), trusting: [])
        let address = try await plane.start(host: "127.0.0.1", port: 0)
        let client = try BittingClient(dataURL: "http://\(address)", key: keys.manager.string)
        do {
            try await Gate(client: client).application.test(.live) { try await body($0) }
        } catch {
            await plane.drain(seconds: 0)
            throw error
        }
        await plane.drain(seconds: 0)
    }

    private static func bearer(_ key: SampleKey) -> HTTPFields { [.authorization: "Bearer \(key.string)"] }

    @Test("lets a good key through and tells the route whose it is")
    func good() async throws {
        try await withGate { [keys] client in
            let expected = "\(keys.plain.key.id) \(keys.plain.key.account) true {\"plan\":\"pro\"}"
            let apiKey = HTTPField.Name("X-API-Key")!
            for fields in [Self.bearer(keys.plain), [apiKey: keys.plain.string]] as [HTTPFields] {
                try await client.execute(uri: "/labels", method: .get, headers: fields) { response in
                    #expect(response.status == .ok)
                    #expect(String(buffer: response.body) == expected)
                    #expect(response.headers[HTTPField.Name("ratelimit")!] == nil)
                }
            }
            try await client.execute(uri: "/open", method: .get) { #expect(String(buffer: $0.body) == "true") }
        }
    }

    @Test("refuses with the status, code and challenge of the reason")
    func refused() async throws {
        try await withGate { [keys] client in
            func expect(
                _ status: Int, _ code: String, _ challenge: String?, _ uri: String, _ fields: HTTPFields
            ) async throws {
                try await client.execute(uri: uri, method: .get, headers: fields) { response in
                    #expect(response.status.code == status, "\(code)")
                    #expect(response.headers[.contentType] == "application/problem+json")
                    #expect(response.headers[.wwwAuthenticate] == challenge)
                    #expect(String(buffer: response.body).contains(#""code":"\#(code)""#))
                }
            }
            let realm = #"Bearer realm="bitting""#
            let invalid = realm + #", error="invalid_token""#
            try await expect(401, "unauthenticated", realm, "/labels", [:])
            try await expect(401, "unknown", invalid, "/labels", [.authorization: "Bearer rubbish"])
            try await expect(
                401, "unknown", invalid, "/labels", [.authorization: "Bearer " + String(repeating: "x", count: 2000)])
            try await expect(401, "revoked", invalid, "/labels", Self.bearer(keys.revoked))
            try await expect(
                403, "insufficient_scope", realm + #", error="insufficient_scope""#, "/refunds", Self.bearer(keys.plain)
            )
            try await expect(403, "route_denied", nil, "/labels", Self.bearer(keys.tied))
            var two = Self.bearer(keys.plain)
            two[HTTPField.Name("X-API-Key")!] = keys.revoked.string
            try await expect(401, "unknown", realm + #", error="invalid_request""#, "/labels", two)
        }
    }

    @Test("tells method, path and the address of the connection's other end, and leaves the query out")
    func tied() async throws {
        try await withGate { [keys] client in
            for uri in ["/labels", "/labels?x=/refunds"] {
                try await client.execute(uri: uri, method: .post, headers: Self.bearer(keys.tied)) {
                    #expect($0.status == .ok)
                }
            }
        }
    }

    @Test("passes on what is left of a limit, and when to come back")
    func limited() async throws {
        try await withGate { [keys] client in
            try await client.execute(uri: "/labels", method: .get, headers: Self.bearer(keys.limited)) { response in
                #expect(response.status == .ok)
                #expect(response.headers[HTTPField.Name("ratelimit-policy")!] == #""burst";q=1"#)
                #expect(response.headers[HTTPField.Name("ratelimit")!]?.hasPrefix(#""burst";r=0;t="#) == true)
            }
            try await client.execute(uri: "/labels", method: .get, headers: Self.bearer(keys.limited)) { response in
                #expect(response.status == .tooManyRequests)
                #expect((Int(response.headers[.retryAfter] ?? "") ?? 0) > 3000)
                #expect(String(buffer: response.body).contains(#""violated-policies":["burst"]"#))
            }
        }
    }

    @Test("tells whoever shows a replaced secret")
    func retiring() async throws {
        try await withGate { [keys] client in
            try await client.execute(uri: "/labels", method: .get, headers: Self.bearer(keys.retiring)) { response in
                #expect(response.status == .ok)
                #expect(response.headers[HTTPField.Name("deprecation")!] == "@1769850000")
                #expect(response.headers[HTTPField.Name("sunset")!] == "Fri, 31 Dec 9999 23:59:59 GMT")
            }
        }
    }

    @Test("lets nobody in while Bitting cannot be asked, nor when its own key may not ask")
    func away() async throws {
        let lost = try BittingClient(dataSocket: "/nonexistent/data.sock", key: "caller_key")
        try await Gate(client: lost).application.test(.router) { [keys] client in
            try await client.execute(uri: "/labels", method: .get, headers: Self.bearer(keys.plain)) { response in
                #expect(response.status == .serviceUnavailable)
                #expect(response.headers[.retryAfter] == "1")
                #expect(String(buffer: response.body).contains(#""code":"unchecked""#))
            }
        }
        let refused = try BittingClient(
            url: "http://127.0.0.1", dataURL: "http://127.0.0.1", key: "caller_key",
            transport: Transport { _ in .init(status: 403) })
        try await Gate(client: refused).application.test(.router) { [keys] client in
            try await client.execute(uri: "/labels", method: .get, headers: Self.bearer(keys.plain)) {
                #expect($0.status == .serviceUnavailable)
            }
        }
    }
}
