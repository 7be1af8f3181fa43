// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import HummingbirdTesting
import NIOCore
import Testing
import Wire

@testable import ControlPlane

/// A creating call that is repeated: same key, same caller, same bytes.
@Suite struct IdempotencyTests {
    private static let key: HTTPFields = [.idempotencyKey: "order-17"]

    /// Every creating call, with `{account}`, `{app}`, `{credential}` for what the scene has.
    private static let calls = [
        ("/v1/keyspaces", #"{"name":"other","prefix":"other"}"#),
        ("/v1/accounts", #"{"name":"Second"}"#),
        ("/v1/accounts/{account}/apps", #"{"name":"Second"}"#),
        ("/v1/accounts/{account}/users", #"{"name":"Ada","email":"ada@shop.example"}"#),
        ("/v1/keys", #"{"keyspace":"shop","owner":{"type":"app","id":"{app}"},"name":"Second","scopes":["a:b"]}"#),
        ("/v1/credentials", #"{"account":"{account}","provider":"carrier","name":"Second","value":"canary-5521"}"#),
        (
            "/v1/integrations",
            #"{"name":"second","app":"{app}","credential":"{credential}","allow":[{"methods":["GET"],"path":"/"}]}"#
        ),
    ]

    private func filled(_ text: String, _ scene: Scene) -> String {
        text.replacing("{account}", with: scene.account).replacing("{app}", with: scene.app)
            .replacing("{credential}", with: scene.credential)
    }

    @Test(arguments: calls)
    func `the same call gets the same answer and does nothing twice`(_ path: String, _ body: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let (path, body) = (filled(path, scene), filled(body, scene))
            let first = try await client.post(path, body, Self.key)
            #expect(first.status == 201)
            #expect(first.fields[.idempotencyReplayed] == nil)
            let events = try await client.get("/v1/events?limit=200").items.count
            let second = try await client.post(path, body, Self.key)
            #expect(second.status == 201)
            #expect(second.body == first.body)
            for name in [HTTPField.Name.location, .eTag, .contentType, .cacheControl] {
                #expect(second.fields[name] == first.fields[name])
            }
            #expect(second.fields[.idempotencyReplayed] == "true")
            #expect(try await client.get("/v1/events?limit=200").items.count == events)
        }
    }

    @Test func `the routes that honour the key are those of the calls above`() {
        let honouring = Set(endpoints.filter(\.isRepeatable).map(\.path.text))
        let tested = Self.calls.map(\.0).map { $0.replacing("{account}", with: "{id}") }
        #expect(honouring.isSuperset(of: tested))
    }

    @Test func `the quoted form names the same key`() async throws {
        try await withWorld { (client: Client) async throws in
            let first = try await client.post("/v1/accounts", #"{"name":"A"}"#, [.idempotencyKey: #"a"b\c"#])
            let second = try await client.post("/v1/accounts", #"{"name":"A"}"#, [.idempotencyKey: #""a\"b\\c""#])
            #expect(first.status == 201)
            #expect(second.body == first.body)
        }
    }

    @Test(arguments: [#"{"name":"B"}"#, #"{"name":"A" }"#])
    func `another body under the same key is refused`(_ other: String) async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await client.post("/v1/accounts", #"{"name":"A"}"#, Self.key)
            let reply = try await client.post("/v1/accounts", other, Self.key)
            #expect(reply.status == 422)
            #expect(reply.text("code") == "idempotency_key_reused")
            #expect(reply.text("parameter") == "Idempotency-Key")
            #expect(try await client.get("/v1/accounts").items.count == 2, "the house and one more")
        }
    }

    @Test func `another path under the same key is refused`() async throws {
        try await withWorld { (client: Client) async throws in
            let account = try await client.post("/v1/accounts", #"{"name":"A"}"#, Self.key).text("id")
            let path = "/v1/accounts/\(account)/apps"
            #expect(try await client.post(path, #"{"name":"A"}"#, Self.key).text("code") == "idempotency_key_reused")
        }
    }

    @Test func `the key of one caller says nothing to another`() async throws {
        try await withWorld { (client: Client) async throws in
            let other = client.with(key: try await client.world.managementKey(["accounts:*"]))
            let first = try await client.post("/v1/accounts", #"{"name":"A"}"#, Self.key)
            let second = try await other.post("/v1/accounts", #"{"name":"A"}"#, Self.key)
            #expect(second.status == 201)
            #expect(second.text("id") != first.text("id"))
        }
    }

    @Test func `a caller that has lost the scope is not given the answer again`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let text = try await client.world.managementKey(["keys:write"])
            let writer = client.with(key: text)
            let body = Scene.key(of: scene.app)
            #expect(try await writer.post("/v1/keys", body, Self.key).status == 201)
            let keys = try await client.get("/v1/keys?keyspace=bitting&scope=keys:write").items
            let id = keys.first?["id"]?.asString ?? ""
            #expect(try await client.patch("/v1/keys/\(id)", #"{"scopes":["keys:read"]}"#).status == 200)
            #expect(try await writer.post("/v1/keys", body, Self.key).status == 403)
            let last = try await client.get("/v1/events?limit=200").items.last
            #expect(last?["action"] == "key.create")
            #expect(last?["outcome"] == "refused")
        }
    }

    @Test func `after an hour the key is free again`() async throws {
        try await withWorld { (client: Client) async throws in
            let first = try await client.post("/v1/accounts", #"{"name":"A"}"#, Self.key)
            client.world.clock.advance(.seconds(3599))
            let second = try await client.post("/v1/accounts", #"{"name":"A"}"#, Self.key)
            client.world.clock.advance(.seconds(1))
            let third = try await client.post("/v1/accounts", #"{"name":"A"}"#, Self.key)
            #expect(second.body == first.body)
            #expect(third.status == 201)
            #expect(third.text("id") != first.text("id"))
        }
    }

    @Test func `a call that was right when it was made is answered again when it would be wrong by now`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let soon = client.world.clock.now + .seconds(60)
            let body = Scene.key(of: scene.app).dropLast() + #","expires_at":"\#(soon)"}"#
            let first = try await client.post("/v1/keys", String(body), Self.key)
            client.world.clock.advance(.seconds(120))
            #expect(try await client.post("/v1/keys", String(body)).status == 422)
            #expect(try await client.post("/v1/keys", String(body), Self.key).body == first.body)
        }
    }

    @Test func `what was refused is not kept`() async throws {
        try await withWorld { (client: Client) async throws in
            let body =
                #"{"keyspace":"later","owner":{"type":"account","id":"\#(client.world.house.id)"},"name":"k","scopes":[]}"#
            #expect(try await client.post("/v1/keys", body, Self.key).status == 422)
            _ = try await client.make("/v1/keyspaces", #"{"name":"later","prefix":"later"}"#)
            #expect(try await client.post("/v1/keys", body, Self.key).status == 201)
        }
    }

    @Test func `of twenty identical calls at once one acts and the others are given its answer`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let body = Scene.key(of: scene.app, name: "Parallel")
            let replies = try await withThrowingTaskGroup(of: Client.Reply.self) { group in
                for _ in 0..<20 { group.addTask { try await client.post("/v1/keys", body, Self.key) } }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(replies.allSatisfy { $0.status == 201 })
            #expect(Set(replies.map(\.body)).count == 1)
            #expect(replies.count { $0.fields[.idempotencyReplayed] == nil } == 1)
            #expect(try await client.get("/v1/keys?q=Parallel").items.count == 1)
        }
    }

    @Test(arguments: ["", "a b", "\"open", "\"a\" b", "\"a\\x\"", "\"\"", "ä", String(repeating: "k", count: 256)])
    func `a key of another form is refused`(_ key: String) async throws {
        try await withWorld { (client: Client) async throws in
            var fields = HTTPFields()
            fields.append(HTTPField(name: .idempotencyKey, value: key))
            fields.append(HTTPField(name: .authorization, value: "Bearer \(client.key)"))
            fields.append(HTTPField(name: .contentType, value: "application/json"))
            let reply = try await client.http.executeRequest(
                uri: "/v1/accounts", method: .post, headers: fields, body: .init(string: #"{"name":"A"}"#))
            #expect(reply.status == .badRequest)
            #expect(String(buffer: reply.body).contains(#""parameter":"Idempotency-Key""#))
        }
    }

    @Test func `two keys are refused, and the longest is accepted`() async throws {
        try await withWorld { (client: Client) async throws in
            let long = String(repeating: "k", count: 255)
            #expect(try await client.post("/v1/accounts", #"{"name":"A"}"#, [.idempotencyKey: long]).status == 201)
            var fields = HTTPFields()
            for value in ["a", "b"] { fields.append(HTTPField(name: .idempotencyKey, value: value)) }
            fields[.authorization] = "Bearer \(client.key)"
            let reply = try await client.http.executeRequest(
                uri: "/v1/accounts", method: .post, headers: fields, body: nil)
            #expect(reply.status == .badRequest)
        }
    }

    @Test func `calls that make nothing take no notice of the key`() async throws {
        try await withWorld { (client: Client) async throws in
            let path = "/v1/keys/\(try await Scene(client).key)"
            #expect(try await client.post("\(path)/disable", nil, Self.key).status == 200)
            #expect(try await client.post("\(path)/enable", nil, Self.key)["state"] == "active")
            let again = try await client.post("\(path)/disable", nil, Self.key)
            #expect(again.fields[.idempotencyReplayed] == nil)
            #expect(again["state"] == "disabled")
            #expect(try await client.get(path, [.idempotencyKey: "a b"]).status == 200)
        }
    }

    @Test func `an answer is read back as it was kept, and what is no kept answer is not read`() throws {
        var answer = Answer.made(at: "/v1/accounts/é", revision: 7) { $0.member("name", "ü") }
        answer.fields.append(HTTPField(name: .eTag, value: "\"8\""))
        let read = try Answer(kept: answer.kept)
        #expect(read.status == answer.status)
        #expect(read.body == answer.body)
        var fields = read.fields
        fields[.idempotencyReplayed] = nil
        #expect(fields == answer.fields)
        for count in 0..<(answer.kept.count - answer.body.count) {
            #expect(throws: StorageFailure.self) { try Answer(kept: Array(answer.kept.prefix(count))) }
        }
        #expect(throws: StorageFailure.self) { try Answer(kept: [2] + answer.kept.dropFirst()) }
    }
}
