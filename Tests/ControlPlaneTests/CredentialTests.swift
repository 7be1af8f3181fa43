// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

/// What can be done with a held key, and who may.
@Suite struct CredentialTests {
    private func path(_ scene: Scene, _ verb: String = "") -> String {
        "/v1/credentials/\(scene.credential)" + (verb.isEmpty ? "" : "/\(verb)")
    }

    private func states(_ reply: Client.Reply) -> [String] {
        (reply["versions"].asArray ?? []).map { $0["state"]?.asString ?? "" }
    }

    @Test func `a value is replaced, promoted, rolled back and retired`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let made = try await client.post(path(scene, "versions"), #"{"value":"second"}"#)
            #expect(made.status == 201)
            #expect(made.fields[.location] == path(scene))
            #expect(states(made) == ["previous", "current"])
            #expect(states(try await client.post(path(scene, "rollback"))) == ["current", "previous"])
            let pending = try await client.post(path(scene, "versions"), #"{"value":"third","state":"pending"}"#)
            #expect(states(pending) == ["current", "previous", "pending"])
            #expect(states(try await client.post(path(scene, "promote"))) == ["previous", "retired", "current"])
            #expect(try await client.post(path(scene, "promote")).status == 409)
            #expect(states(try await client.post(path(scene, "retire"))) == ["retired", "retired", "current"])
            #expect(try await client.post(path(scene, "rollback")).status == 409)
            let listed = try await client.get(path(scene, "versions") + "?limit=2")
            #expect(listed.items.map { $0["number"] } == [3, 2])
            let rest = try await client.get(path(scene, "versions") + "?limit=2&cursor=\(listed.text("next_cursor"))")
            #expect(rest.items.map { $0["number"] } == [1])
        }
    }

    @Test(arguments: [
        (#"{"value":""}"#, "/value"), (#"{"value":"a\nb"}"#, "/value"), (#"{"value":"\u0000"}"#, "/value"),
        (#"{"value":"é"}"#, "/value"), (#"{"value":{"token":"t"}}"#, "/value"), (#"{"value":{}}"#, "/value"),
        (#"{"value":7}"#, "/value"), (#"{"value":{"value":7}}"#, "/value/value"), ("{}", "/value"),
        (#"{"value":"b","state":"retired"}"#, "/state"), (#"{"value":"b","expected_version":0}"#, "/expected_version"),
        (#"{"value":"b","settings":{"shop":"acme"}}"#, "/settings"),
        (#"{"value":"b","expires_at":"2001-01-01T00:00:00Z"}"#, "/expires_at"), (#"{"value":"b","more":1}"#, "/more"),
    ])
    func `bad input says where and what to do, and changes nothing`(body: String, pointer: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let before = try await client.get(path(scene)).body
            let reply = try await client.post(path(scene, "versions"), body)
            #expect(reply.status == 422)
            #expect(reply.text("pointer") == pointer)
            #expect(!reply.text("fix").isEmpty)
            #expect(try await client.get(path(scene)).body == before)
        }
    }

    @Test func `a megabyte is refused`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let large = String(repeating: "x", count: 16_385)
            #expect(try await client.post(path(scene, "versions"), #"{"value":"\#(large)"}"#).status == 422)
            let larger = String(repeating: "x", count: 1 << 20)
            #expect(try await client.post(path(scene, "versions"), #"{"value":"\#(larger)"}"#).status == 413)
        }
    }

    @Test func `settings and parts are the provider's, and shown without values`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            _ = try await client.put(
                "/v1/providers/shops",
                """
                {"title":"Shops","origins":["https://{shop}.shops.example"],"settings":{"shop":{"title":"Shop"}},
                 "parts":{"id":{"title":"Id"},"token":{"title":"Token"}},
                 "credential":{"in":"basic","format":"{id}:{token}"}}
                """)
            let start = #"{"account":"\#(scene.account)","provider":"shops","name":"n","#
            let parts = #""value":{"id":"canary-i","token":"canary-t"}"#
            #expect(try await client.post("/v1/credentials", start + parts + "}").text("pointer") == "/settings")
            let made = try await client.make(
                "/v1/credentials", start + parts + #","settings":{"shop":"acme"},"expires_at":"2031-01-01T00:00:00Z"}"#)
            #expect(made["settings"] == ["shop": "acme"])
            #expect(made["versions"].asArray?.first?["parts"] == ["id", "token"])
            #expect(made["versions"].asArray?.first?["expires_at"] == "2031-01-01T00:00:00.000Z")
            #expect(!made.body.contains("canary"))
            let renamed = try await client.patch(
                "/v1/credentials/\(made.text("id"))", #"{"name":"other","settings":{"shop":"other"}}"#)
            #expect(renamed["name"] == "other" && renamed["settings"] == ["shop": "other"])
            let shown = try await client.post("/v1/credentials/\(made.text("id"))/reveal", #"{"reason":"Looking"}"#)
            #expect(shown["value"] == ["id": "canary-i", "token": "canary-t"])
        }
    }

    @Test func `a deletion has a window, and can be taken back within it`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let deleted = try await client.post(path(scene, "delete"), #"{"recover_within":"1h"}"#)
            #expect(deleted["state"] == "deleted")
            #expect(try await client.post(path(scene, "versions"), #"{"value":"b"}"#).status == 409)
            #expect(try await client.get("/v1/credentials").items.isEmpty)
            #expect(try await client.get("/v1/credentials?deleted=true").items.count == 1)
            #expect(try await client.post(path(scene, "restore"))["state"] == "active")
            #expect(try await client.post(path(scene, "restore")).status == 409)
            _ = try await client.post(path(scene, "delete"), #"{"recover_within":"1h"}"#)
            client.world.clock.advance(.seconds(3600))
            #expect(try await client.post(path(scene, "restore")).status == 409)
        }
    }

    @Test func `a reveal needs the right and a reason, and is on record`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reader = client.with(key: try await client.world.managementKey(["credentials:*"]))
            #expect(try await reader.post(path(scene, "reveal"), "{}").status == 422)
            let shown = try await reader.post(path(scene, "reveal"), #"{"reason":"Comparing"}"#)
            #expect(shown.status == 200)
            #expect(shown["value"] == .string(Scene.value))
            #expect(shown.fields[.cacheControl] == "no-store")
            let seen = try await client.get("/v1/exposures?credential=\(scene.credential)&kind=reveal")
            #expect(seen.items.map { $0["id"] } == [shown["exposure"]])
            #expect(seen.items.first?["reason"] == "Comparing")
            let table = try await client.get("/v1/exposures?format=csv")
            #expect(table.body.split(separator: "\r\n").count == 3)
            #expect(!table.body.contains(Scene.value))
            let other = client.with(
                key: try await client.world.managementKey(["credentials:read", "credentials:write"]))
            let refused = try await other.post(path(scene, "reveal"), #"{"reason":"Wanting it"}"#)
            #expect(refused.status == 403)
            #expect(!refused.body.contains(Scene.value))
            let events = try await client.get("/v1/events?type=credential.reveal.refused")
            #expect(events.items.count == 1)
        }
    }

    @Test func `operators are added, listed and removed`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let added = try await client.make(
                "/v1/operators", #"{"name":"Max","role":"manager","accounts":["\#(scene.account)"]}"#)
            let manager = client.with(key: added.text("secret"))
            #expect(try await manager.get(path(scene)).status == 200)
            #expect(try await manager.post(path(scene, "versions"), #"{"value":"second"}"#).status == 201)
            #expect(try await manager.post(path(scene, "reveal"), #"{"reason":"Wanting it"}"#).status == 403)
            let integration = "/v1/integrations/\(scene.integration)"
            #expect(try await manager.patch(integration, #"{"reveal":true}"#).status == 403)
            #expect(try await manager.post("\(integration)/pause").status == 200)
            #expect(try await manager.put("/v1/providers/carrier", Scene.provider).status == 403)
            let seen = try await client.get("/v1/exposures?user=\(added.text("id"))")
            #expect(seen.items.map { $0["kind"] } == ["deposit"])
            #expect(try await client.get("/v1/operators").items.count == 1)
            #expect(try await client.post("/v1/operators/\(added.text("id"))/remove").status == 200)
            #expect(try await manager.get(path(scene)).status == 401)
        }
    }
}
