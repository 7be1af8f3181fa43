// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

/// Providers, credentials, integrations.
@Suite struct HeldKeyTests {
    @Test func `a provider is new once, then changed`() async throws {
        try await withWorld { (client: Client) async throws in
            let new = try await client.put("/v1/providers/carrier", Scene.provider)
            #expect(new.status == 201)
            #expect(new.fields[.location] == "/v1/providers/carrier")
            #expect(new["credential"] == ["in": "header", "name": "X-Key", "format": "{value}"])
            #expect(new["tls"] == ["ca": .null, "client_certificate": .null])
            #expect(new["permission_sets"] == .object([]))
            let changed = try await client.put(
                "/v1/providers/carrier",
                """
                {"title":"Other","origins":["http://10.0.0.1:8080","https://b.example"],"credential":{"in":"basic"},
                 "allow_private_addresses":["10.0.0.0/8"],"tls":{"ca":null,"client_certificate":null},
                 "permission_sets":{"labels":[{"methods":["POST"],"path":"/v1/labels"}]}}
                """)
            #expect(changed.status == 200)
            #expect(changed.fields[.eTag] == #""2""#)
            #expect(changed["credential"] == ["in": "basic", "format": "{value}:"])
            #expect(changed["origins"] == ["http://10.0.0.1:8080", "https://b.example"])
            #expect(changed["permission_sets"] == ["labels": [["methods": ["POST"], "path": "/v1/labels"]]])
            #expect(try await client.get("/v1/providers/carrier").body == changed.body)
            #expect(try await client.get("/v1/providers").items == [changed.json])
        }
    }

    @Test func `a provider is changed only as it was read`() async throws {
        try await withWorld { (client: Client) async throws in
            let body = Scene.provider
            #expect(try await client.put("/v1/providers/carrier", body, [.ifMatch: "*"]).status == 412)
            #expect(try await client.put("/v1/providers/carrier", body, [.ifMatch: #""1""#]).status == 412)
            #expect(try await client.put("/v1/providers/carrier", body).status == 201)
            #expect(try await client.put("/v1/providers/carrier", body, [.ifMatch: #""2""#]).status == 412)
            #expect(try await client.put("/v1/providers/carrier", body, [.ifMatch: #""1""#]).status == 200)
            #expect(try await client.put("/v1/providers/carrier", body, [.ifMatch: "*"]).status == 200)
        }
    }

    @Test func `a credential's value is in no answer`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let read = try await client.get("/v1/credentials/\(scene.credential)")
            #expect(read["provider"] == "carrier")
            let version = try #require(read["versions"].asArray?.first)
            #expect(version["number"] == 1)
            #expect(version["state"] == "current")
            #expect(version["fingerprint"]?.asString?.isEmpty == false)
            for path in [
                "/v1/credentials", "/v1/credentials/\(scene.credential)", "/v1/events?limit=200", "/v1/integrations",
            ] {
                #expect(!(try await client.get(path).body.contains(Scene.value)), "\(path)")
            }
        }
    }

    @Test func `a refused value is not echoed`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reply = try await client.post(
                "/v1/credentials",
                #"{"account":"\#(scene.account)","provider":"carrier","name":"n","value":"canary-ä-\u0007"}"#)
            #expect(reply.status == 422)
            #expect(reply.text("pointer") == "/value")
            #expect(!reply.body.contains("canary"))
        }
    }

    @Test func `an integration is paused, resumed, changed and revoked`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path = "/v1/integrations/\(scene.integration)"
            #expect(try await client.get(path)["state"] == "active")
            #expect(try await client.post("\(path)/pause")["state"] == "paused")
            #expect(try await client.post("\(path)/resume")["state"] == "active")
            let changed = try await client.patch(
                path, #"{"allow":[{"methods":["GET","POST"],"path":"/v1/**"}],"expires_at":"2031-01-01T00:00:00Z"}"#)
            #expect(changed["allow"] == [["methods": ["GET", "POST"], "path": "/v1/**"]])
            #expect(try await client.patch(path, #"{"allow":null}"#).status == 422)
            #expect(try await client.post("\(path)/revoke", "{}")["state"] == "revoked")
            #expect(try await client.post("\(path)/revoke")["state"] == "revoked")
            #expect(try await client.post("\(path)/resume").status == 409)
        }
    }

    @Test func `lists are narrowed by their filters`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            for filter in [
                "account=\(scene.account)", "app=\(scene.app)", "credential=\(scene.credential)", "state=active",
            ] {
                #expect(try await client.get("/v1/integrations?\(filter)").items.count == 1, "\(filter)")
            }
            #expect(try await client.get("/v1/integrations?state=paused").items.isEmpty)
            #expect(try await client.get("/v1/credentials?account=\(scene.account)&provider=carrier").items.count == 1)
            #expect(try await client.get("/v1/credentials?provider=other").items.isEmpty)
            #expect(try await client.get("/v1/credentials?account=\(client.world.house.account)").items.isEmpty)
        }
    }

    @Test func `a name that the app has already gets 409`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let again = try await client.post(
                "/v1/integrations",
                #"{"name":"carrier","app":"\#(scene.app)","credential":"\#(scene.credential)","allow":[{"methods":["GET"],"path":"/"}]}"#
            )
            #expect(again.status == 409)
        }
    }

    @Test func `a key is tested only where its provider says how`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path = "/v1/credentials/\(scene.credential)/test"
            #expect(try await client.post(path, "{}").status == 409)
            #expect(try await client.post(path, #"{"x":1}"#).status == 422)
            let version = "ver_01k9xv2m8q0e7s4r6t8v0w2y4z"
            let unknown = try await client.post(path, #"{"version":"\#(version)"}"#)
            #expect(unknown.status == 422)
            #expect(unknown.text("pointer") == "/version")
            #expect(try await client.post("/v1/credentials/cred_01k9xv2m8q0e7s4r6t8v0w2y4z/test", "{}").status == 404)
        }
    }
}
