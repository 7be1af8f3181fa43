// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import IssuedKeys
import Testing
import Wire

@testable import ControlPlane

/// `POST /v1/keys/bulk`.
@Suite struct BulkTests {
    private func create(_ scene: Scene, _ name: String) -> String {
        #"{"op":"create",\#(Scene.key(of: scene.app, name: name).dropFirst())"#
    }

    private func bulk(_ client: Client, _ operations: [String], _ fields: HTTPFields = [:]) async throws -> Client.Reply
    {
        try await client.post(
            "/v1/keys/bulk", #"{"operations":[\#(operations.joined(separator: ","))]}"#, fields)
    }

    @Test func `each operation has a result in its place, and what is refused stops nothing`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let other = try await client.make("/v1/keys", Scene.key(of: scene.app, name: "Other")).text("id")
            let reply = try await bulk(
                client,
                [
                    create(scene, "Fresh"),
                    #"{"op":"update","id":"\#(scene.key)","name":"Renamed"}"#,
                    #"{"op":"create","keyspace":"nowhere","owner":{"type":"app","id":"\#(scene.app)"},"name":"x","scopes":[]}"#,
                    #"{"op":"disable","id":"\#(scene.key)"}"#,
                    #"{"op":"enable","id":"\#(scene.key)"}"#,
                    #"{"op":"revoke","id":"\#(other)","reason":"unused","note":"n"}"#,
                    #"{"op":"update","id":"\#(other)","name":"too late"}"#,
                    #"{"op":"revoke","id":"key_00000000000000000000000009","reason":"unused"}"#,
                    #"{"op":"update","id":"\#(scene.key)","scopes":["no scope"]}"#,
                    #"{"op":"explode","id":"\#(scene.key)"}"#,
                    #"{"op":"disable","id":"\#(scene.key)","reason":"unused"}"#, "7",
                ])
            #expect(reply.status == 200)
            let results = reply["results"].asArray ?? []
            #expect(
                results.map { $0["status"] } == [201, 200, 422, 200, 200, 200, 409, 404, 422, 422, 422, 422])
            #expect(results[0]["key"]?["secret"]?.asString?.hasPrefix("shop_live_") == true)
            #expect(results[1]["key"]?["name"] == "Renamed")
            #expect(results[1]["key"]?["secret"] == nil)
            #expect(results[3]["key"]?["state"] == "disabled")
            #expect(results[5]["key"]?["revocation"]?["note"] == "n")
            let pointers = results.map { $0["problem"]?["pointer"]?.asString }
            #expect(pointers[2] == "/operations/2/keyspace")
            #expect(pointers[8] == "/operations/8/scopes/0")
            #expect(pointers[9] == "/operations/9/op")
            #expect(pointers[10] == "/operations/10/reason")
            #expect(pointers[11] == "/operations/11")
            #expect(try await client.get("/v1/keys/\(scene.key)")["state"] == "active")
            #expect(try await client.get("/v1/keys?q=Fresh").items.count == 1)
        }
    }

    @Test func `each act has an event of its own, and so has a right that was missing`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let before = try await client.get("/v1/events?limit=200").items.count
            _ = try await bulk(
                client,
                [
                    create(scene, "One"), #"{"op":"disable","id":"\#(scene.key)"}"#,
                    #"{"op":"disable","id":"key_00000000000000000000000009"}"#,
                    #"{"op":"update","id":"\#(scene.key)","expires_at":"2001-01-01T00:00:00Z"}"#,
                ])
            let events = try await client.get("/v1/events?limit=200").items.dropFirst(before)
            #expect(events.map { $0["action"] } == ["key.create", "key.disable", "key.disable"])
            #expect(events.map { $0["outcome"] } == ["done", "done", "refused"])
        }
    }

    @Test func `what bulk makes is what the single call makes`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let result = try await bulk(client, [create(scene, "Same")])["results"].asArray?.first?["key"] ?? .null
            let single = try await client.make("/v1/keys", Scene.key(of: scene.app, name: "Same"))
            #expect(result.asObject?.map(\.name) == single.json.asObject?.map(\.name))
            let bytes = Array((result["secret"]?.asString ?? "").utf8)
            let verdict = client.world.index.reading(lane: 1) { contents, _ in
                contents.verdict(on: Question(key: 0..<bytes.count), in: bytes.span, at: client.world.clock.now).code
            }
            #expect(verdict == .valid)
        }
    }

    @Test func `a repeated bulk call is answered with the same secrets`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let operations = [create(scene, "A"), create(scene, "B"), #"{"op":"disable","id":"\#(scene.key)"}"#]
            let first = try await bulk(client, operations, [.idempotencyKey: "bulk-1"])
            let second = try await bulk(client, operations, [.idempotencyKey: "bulk-1"])
            #expect(first.body == second.body)
            #expect(second.fields[.idempotencyReplayed] == "true")
            #expect(try await client.get("/v1/keys?keyspace=shop").items.count == 3)
        }
    }

    @Test(arguments: [0, 1001])
    func `none and more than a thousand are refused as a whole`(_ count: Int) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let one = #"{"op":"disable","id":"\#(scene.key)"}"#
            #expect(try await bulk(client, Array(repeating: one, count: count)).status == 422)
            #expect(try await client.get("/v1/keys/\(scene.key)")["state"] == "active")
        }
    }

    @Test func `a thousand are carried out`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reply = try await bulk(client, (0..<1000).map { create(scene, "Key \($0)") })
            let results = reply["results"].asArray ?? []
            #expect(results.count == 1000)
            #expect(results.allSatisfy { $0["status"] == 201 })
            #expect(Set(results.map { $0["key"]?["secret"]?.asString }).count == 1000)
        }
    }

    @Test func `the last management key cannot be ended in a batch either`() async throws {
        try await withWorld { (client: Client) async throws in
            let id = try await client.get("/v1/keys?keyspace=bitting").items.first?["id"]?.asString ?? ""
            let reply = try await bulk(client, [#"{"op":"revoke","id":"\#(id)","reason":"unused"}"#])
            #expect(reply["results"].asArray?.first?["status"] == 409)
            #expect(try await client.get("/v1/accounts").status == 200)
        }
    }

    @Test func `without the scope nothing is done and it is refused as a whole`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reader = client.with(key: try await client.world.managementKey(["keys:read"]))
            #expect(try await bulk(reader, [create(scene, "x")]).status == 403)
        }
    }
}
