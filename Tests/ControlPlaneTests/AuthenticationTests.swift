// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import HummingbirdTesting
import Testing

@testable import ControlPlane

@Suite struct AuthenticationTests {
    @Test(arguments: [
        "", "Bearer", "Bearer ", "Basic YTpi", "Bearer two words", "Bearer bitting_live_nothing", "bitting_live_x",
        "Bearer\tx", "BearerX y",
    ])
    func `what is no accepted key gets 401 and is told to the house`(_ credentials: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get("/v1/accounts", [.authorization: credentials])
            #expect(reply.status == 401)
            #expect(reply.fields[.wwwAuthenticate] == #"Bearer realm="bitting""#)
            #expect(reply.fields[.contentType] == "application/problem+json")
            #expect(reply.text("code") == "unauthenticated")
            #expect(client.world.refusals.count == 1)
        }
    }

    @Test func `the scheme may be written in any case`() async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get("/v1/accounts", [.authorization: "bEARER  \(client.key)"])
            #expect(reply.status == 200)
        }
    }

    @Test func `another key beside it is refused, the same one again is not`() async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.get("/v1/accounts", [.apiKey: client.key]).status == 200)
            #expect(try await client.get("/v1/accounts", [.apiKey: "another"]).status == 401)
            let other = try await client.world.managementKey(["*:*"])
            #expect(try await client.get("/v1/accounts", [.apiKey: other]).status == 401)
        }
    }

    @Test func `two Authorization fields are refused`() async throws {
        try await withWorld { (client: Client) async throws in
            var fields: HTTPFields = [:]
            fields.append(HTTPField(name: .authorization, value: "Bearer \(client.key)"))
            fields.append(HTTPField(name: .authorization, value: "Bearer \(client.key)"))
            let response = try await client.http.executeRequest(
                uri: "/v1/keys", method: .get, headers: fields, body: nil)
            #expect(response.status == .unauthorized)
        }
    }

    @Test func `a key of another keyspace manages nothing`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            #expect(try await client.with(key: scene.secret).get("/v1/keys").status == 401)
        }
    }

    @Test func `a revoked management key is refused by the next call`() async throws {
        try await withWorld { (client: Client) async throws in
            let house = client.world.house.id
            let made = try await client.make(
                "/v1/keys",
                #"{"keyspace":"bitting","owner":{"type":"account","id":"\#(house)"},"name":"x","scopes":["keys:read"]}"#
            )
            let other = client.with(key: made.text("secret"))
            #expect(try await other.get("/v1/keys").status == 200)
            #expect(try await client.post("/v1/keys/\(made.text("id"))/revoke", #"{"reason":"unused"}"#).status == 200)
            #expect(try await other.get("/v1/keys").status == 401)
        }
    }

    @Test func `a missing scope is named`() async throws {
        try await withWorld { (client: Client) async throws in
            let reader = client.with(key: try await client.world.managementKey(["keys:read"]))
            let reply = try await reader.post("/v1/accounts", #"{"name":"x"}"#)
            #expect(reply.status == 403)
            #expect(reply.text("code") == "missing_scope")
            #expect(reply.text("scope") == "accounts:write")
        }
    }

    @Test func `service paths need no key`() async throws {
        try await withWorld { (client: Client) async throws in
            for path in ["/healthz", "/readyz", "/metrics", "/openapi.yaml"] {
                #expect(try await client.get(path, [.authorization: ""]).status == 200)
            }
        }
    }
}
