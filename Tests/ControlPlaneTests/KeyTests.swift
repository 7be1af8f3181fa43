// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Testing
import Wire

@testable import ControlPlane

@Suite struct KeyTests {
    @Test func `the secret is in the answer that issues a key and in no other`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            #expect(scene.secret.hasPrefix("shop_live_"))
            let read = try await client.get("/v1/keys/\(scene.key)")
            #expect(read.json["secret"] == nil)
            for path in ["/v1/keys/\(scene.key)", "/v1/keys", "/v1/events?limit=200"] {
                #expect(!(try await client.get(path).body.contains(scene.secret)), "\(path)")
            }
        }
    }

    @Test func `a key is shown with its keyspace, owner and hint`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let key = try await client.get("/v1/keys/\(scene.key)")
            #expect(key["keyspace"] == "shop")
            #expect(key["environment"] == "live")
            #expect(key["owner"] == ["type": "app", "id": .string(scene.app), "account": .string(scene.account)])
            #expect(key["state"] == "active")
            #expect(key["revocation"] == .null)
            #expect(key["uses"] == 0)
            #expect(key.text("hint").hasSuffix(scene.secret.suffix(4)))
        }
    }

    @Test func `uses that are not stored yet are counted`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let bytes = Array(scene.secret.utf8)
            let now = client.world.clock.now
            client.world.index.reading(lane: 1) { contents, use in
                let verdict = contents.verdict(on: Question(key: 0..<bytes.count), in: bytes.span, at: now)
                if case .valid(let key) = verdict { use.count(key, at: now) }
            }
            #expect(try await client.get("/v1/keys/\(scene.key)")["uses"] == 1)
            #expect(try await client.get("/v1/keys/\(scene.key)")["last_used_at"] != .null)
            #expect(try await client.post("/v1/keys/\(scene.key)/disable")["uses"] == 1)
        }
    }

    @Test func `everything a key can be given comes back`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let made = try await client.make(
                "/v1/keys",
                """
                {"keyspace":"shop","owner":{"type":"account","id":"\(scene.account)"},"name":"Füll","scopes":["b:c","a:*","b:c"],
                 "expires_at":"2030-01-01T00:00:00+01:00","not_before":"2029-01-01T00:00:00Z",
                 "allowed_addresses":["::ffff:10.0.0.0/104","2001:DB8::1"],"allowed_routes":[{"methods":["*"],"path":"/a/**"}],
                 "metadata":{"n":1.50}}
                """)
            #expect(made["scopes"] == ["a:*", "b:c"])
            #expect(made["expires_at"] == "2029-12-31T23:00:00.000Z")
            #expect(made["allowed_addresses"] == ["10.0.0.0/8", "2001:db8::1/128"])
            #expect(made["allowed_routes"] == [["methods": ["*"], "path": "/a/**"]])
            #expect(made.body.contains(#""metadata":{"n":1.50}"#))
        }
    }

    @Test func `disable and enable are a pair, revoke is final and keeps its first reason`() async throws {
        try await withWorld { (client: Client) async throws in
            let path = "/v1/keys/\(try await Scene(client).key)"
            #expect(try await client.post("\(path)/disable")["state"] == "disabled")
            #expect(try await client.post("\(path)/enable", "{}")["state"] == "active")
            let revoked = try await client.post("\(path)/revoke", #"{"reason":"compromised","note":"public"}"#)
            #expect(revoked["state"] == "revoked")
            #expect(
                revoked["revocation"] == [
                    "at": .string(client.world.clock.now.description), "reason": "compromised", "note": "public",
                ])
            let again = try await client.post("\(path)/revoke", #"{"reason":"unused"}"#)
            #expect(again["revocation"] == revoked["revocation"])
            #expect(try await client.post("\(path)/enable").status == 409)
            #expect(try await client.patch(path, #"{"name":"x"}"#).status == 409)
        }
    }

    @Test func `a patch changes what it names`() async throws {
        try await withWorld { (client: Client) async throws in
            let path = "/v1/keys/\(try await Scene(client).key)"
            let changed = try await client.patch(
                path, #"{"scopes":["x:y"],"expires_at":"2031-01-01T00:00:00Z","allowed_addresses":["10.0.0.1"]}"#)
            #expect(changed["scopes"] == ["x:y"])
            #expect(changed["name"] == "Label printer")
            let cleared = try await client.patch(path, #"{"expires_at":null,"allowed_addresses":null}"#)
            #expect(cleared["expires_at"] == .null)
            #expect(cleared["allowed_addresses"] == .array([]))
            #expect(try await client.patch(path, #"{"scopes":null}"#).status == 422)
        }
    }

    @Test(arguments: [
        ("keyspace=shop", 2), ("keyspace=bitting", 1), ("state=active", 2), ("state=disabled", 1),
        ("prefix=shop_live_", 2),
        ("prefix=bitting", 1), ("scope=labels:create", 1), ("scope=labels:*", 0), ("q=PRINTER", 1), ("q=%25", 0),
        ("keyspace=shop&state=disabled", 1), ("last_used_before=2020-01-01T00:00:00Z", 3),
    ])
    func `keys are found by filter`(_ filter: String, _ count: Int) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let other = try await client.make("/v1/keys", Scene.key(of: scene.app, name: "Reader", scopes: #"["x:y"]"#))
            _ = try await client.post("/v1/keys/\(other.text("id"))/disable")
            let found = try await client.get("/v1/keys?\(filter)")
            #expect(found.status == 200)
            #expect(found.items.count == count)
        }
    }

    @Test func `keys are found by owner, by account and by the keyspace's id`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            #expect(try await client.get("/v1/keys?owner=\(scene.app)").items.count == 1)
            #expect(try await client.get("/v1/keys?owner=\(scene.account)").items.isEmpty)
            #expect(try await client.get("/v1/keys?account=\(scene.account)").items.count == 1)
            let keyspace = try await client.get("/v1/keys/\(scene.key)").text("keyspace_id")
            #expect(try await client.get("/v1/keys?keyspace=\(keyspace)").items.count == 1)
        }
    }

    @Test func `a caller who may only write is shown what it changed`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let writer = client.with(key: try await client.world.managementKey(["keys:write"]))
            #expect(try await writer.post("/v1/keys/\(scene.key)/disable").status == 200)
            #expect(try await writer.get("/v1/keys/\(scene.key)").status == 403)
        }
    }
}
