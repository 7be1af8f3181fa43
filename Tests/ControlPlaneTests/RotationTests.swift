// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import IssuedKeys
import Testing
import Wire

@testable import ControlPlane

@Suite struct RotationTests {
    private func code(_ client: Client, _ secret: String) -> VerdictCode {
        let (bytes, now) = (Array(secret.utf8), client.world.clock.now)
        return client.world.index.reading(lane: 1) { contents, _ in
            contents.verdict(on: Question(key: 0..<bytes.count), in: bytes.span, at: now).code
        }
    }

    @Test func `a rotation answers the key, its new secret and what became of the old one`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reply = try await client.post(
                "/v1/keys/\(scene.key)/rotate", #"{"grace":"24h","finish_when_idle":"1h"}"#)
            #expect(reply.status == 200 && reply.fields[.eTag] == "\"2\"")
            let secret = reply.text("secret")
            #expect(secret.hasPrefix("shop_live_") && secret != scene.secret)
            #expect(reply["key"]["id"] == .string(scene.key))
            let now = client.world.clock.now
            let retiring: JSON = [
                "hint": .string("shop_live_…" + scene.secret.suffix(4)), "since": .string(now.description),
                "grace_expires_at": .string((now + .seconds(86_400)).description), "finish_when_idle": "1h",
            ]
            #expect(reply["retiring"] == retiring && reply["key"]["retiring"] == retiring)
            #expect(reply["key"]["rotated_at"] == .string(now.description))
            #expect([scene.secret, secret].map { code(client, $0) } == [.valid, .valid])
            let read = try await client.get("/v1/keys/\(scene.key)")
            #expect(read["retiring"] == retiring && !read.body.contains(secret))
            client.world.clock.advance(.seconds(86_400))
            #expect(try await client.get("/v1/keys/\(scene.key)")["retiring"] == .null)
            #expect([scene.secret, secret].map { code(client, $0) } == [.expired, .valid])
        }
    }

    @Test func `without a body there is no grace`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reply = try await client.post("/v1/keys/\(scene.key)/rotate")
            #expect(reply.status == 200 && reply["retiring"] == .null)
            #expect([scene.secret, reply.text("secret")].map { code(client, $0) } == [.expired, .valid])
        }
    }

    @Test func `retire moves the end, rollback undoes, and both need a retiring secret`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let path = "/v1/keys/\(scene.key)"
            for (verb, body) in [("retire", #"{"grace":"1h"}"#), ("rollback", nil)] {
                let reply = try await client.post("\(path)/\(verb)", body)
                #expect(reply.status == 409 && reply["code"] == "conflict")
            }
            let first = try await client.post("\(path)/rotate", #"{"grace":"24h"}"#).text("secret")
            let again = try await client.post("\(path)/rotate", #"{"grace":"24h"}"#)
            #expect(again.status == 409 && again.text("fix").contains("/v1/keys/\(scene.key)/retire"))
            let moved = try await client.post("\(path)/retire", #"{"grace":"2h"}"#)
            #expect(
                moved["retiring"]["grace_expires_at"] == .string((client.world.clock.now + .seconds(7200)).description))
            let back = try await client.post("\(path)/rollback")
            #expect(back.status == 200 && back["retiring"] == .null && back["rotated_at"] == .null)
            #expect([scene.secret, first].map { code(client, $0) } == [.valid, .expired])
            let second = try await client.post("\(path)/rotate", #"{"grace":"24h"}"#).text("secret")
            let third = try await client.post("\(path)/rotate", #"{"end_retiring":true}"#).text("secret")
            #expect([scene.secret, second, third].map { code(client, $0) } == [.unknown, .expired, .valid])
        }
    }

    @Test(arguments: [
        ("rotate", #"{"grace":"91d"}"#, "/grace"), ("rotate", #"{"grace":"-1s"}"#, "/grace"),
        ("rotate", #"{"grace":86400}"#, "/grace"), ("rotate", #"{"grace":"1w"}"#, "/grace"),
        ("rotate", #"{"grace":null}"#, "/grace"), ("rotate", #"{"grace":"99999999999d"}"#, "/grace"),
        ("rotate", #"{"grace":"1h","finish_when_idle":"59s"}"#, "/finish_when_idle"),
        ("rotate", #"{"finish_when_idle":"1h"}"#, "/finish_when_idle"),
        ("rotate", #"{"end_retiring":"yes"}"#, "/end_retiring"), ("rotate", #"{"gracé":"1h"}"#, "/gracé"),
        ("retire", #"{}"#, "/grace"), ("retire", #"{"grace":"91d"}"#, "/grace"),
        ("rollback", #"{"grace":"1h"}"#, "/grace"),
    ])
    func `a wrong field is named, and changes nothing`(verb: String, body: String, pointer: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            if verb == "retire" { _ = try await client.post("/v1/keys/\(scene.key)/rotate", #"{"grace":"1h"}"#) }
            let before = try await client.get("/v1/keys/\(scene.key)")
            let reply = try await client.post("/v1/keys/\(scene.key)/\(verb)", body)
            #expect(reply.status == 422 && reply.text("pointer") == pointer, "\(reply.body)")
            #expect(try await client.get("/v1/keys/\(scene.key)").body == before.body)
        }
    }

    @Test func `a rotation whose answer was lost gives the same secret again`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let name: HTTPFields = [.init("Idempotency-Key")!: "a7"]
            let path = "/v1/keys/\(scene.key)/rotate"
            let first = try await client.post(path, #"{"grace":"1h"}"#, name)
            let again = try await client.post(path, #"{"grace":"1h"}"#, name)
            #expect(first.status == 200 && again.status == 200 && again.body == first.body)
            #expect(again.fields[.init("Idempotency-Replayed")!] == "true")
            #expect(try await client.get("/v1/keys/\(scene.key)").fields[.eTag] == "\"2\"")
        }
    }

    @Test func `a caller that may not see a key, or not write, rotates nothing`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let other = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let reader = client.with(key: try await client.world.managementKey(["keys:read"]))
            let bound = client.with(
                key: try await client.world.managementKey(["keys:*"], boundTo: [try #require(AccountID(other))]))
            for verb in ["rotate", "rollback"] {
                #expect(try await reader.post("/v1/keys/\(scene.key)/\(verb)").status == 403)
                #expect(try await bound.post("/v1/keys/\(scene.key)/\(verb)").status == 404)
            }
            #expect(try await bound.post("/v1/keys/\(scene.key)/retire", #"{"grace":"1h"}"#).status == 404)
            #expect(try await client.post("/v1/keys/key_x/rotate").status == 404)
            #expect(code(client, scene.secret) == .valid)
        }
    }

    @Test func `a keyspace takes, shows and clears its policies, and its keys show when they are due`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let made = try await client.make(
                "/v1/keyspaces", #"{"name":"api","prefix":"api","rotate_every":"90d","revoke_when_unused_for":"180d"}"#)
            #expect(made["rotate_every"] == "90d" && made["revoke_when_unused_for"] == "180d")
            let path = "/v1/keyspaces/\(made.text("id"))"
            let key = try await client.make(
                "/v1/keys", Scene.key(of: scene.app).replacing(#""keyspace":"shop""#, with: #""keyspace":"api""#))
            let due = client.world.clock.now + .seconds(90 * 86_400)
            #expect(key["rotation_due_at"] == .string(due.description) && key["rotated_at"] == .null)
            for field in ["rotate_every", "revoke_when_unused_for"] {
                #expect(try await client.patch(path, #"{"\#(field)":"86399s"}"#).text("pointer") == "/\(field)")
                #expect(try await client.patch(path, #"{"\#(field)":null}"#)[field] == .null)
            }
            #expect(try await client.get("/v1/keys/\(key.text("id"))")["rotation_due_at"] == .null)
        }
    }
}

extension JSON {
    fileprivate subscript(_ name: String) -> JSON { let found: JSON? = self[name]; return found ?? .null }
}
