// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Telling
import Testing
import Wire

@testable import ControlPlane

@Suite struct WebhookTests {
    private static let url = "https://hook.example/in?t=1"

    private static func hook(_ client: Client, _ more: String = "") async throws -> Client.Reply {
        try await client.make("/v1/webhooks", #"{"url":"\#(url)"\#(more)}"#)
    }

    @Test func `a webhook is made with its secret, and read without it`() async throws {
        try await withWorld { (client: Client) async throws in
            let made = try await Self.hook(client)
            #expect(made.text("secret").hasPrefix("whsec_"))
            #expect(made.fields[.location] == "/v1/webhooks/\(made.text("id"))")
            let read = try await client.get("/v1/webhooks/\(made.text("id"))")
            #expect(read["secret"] == .null)
            #expect(!read.body.contains("whsec_"))
            #expect(read["types"] == ["*.*"])
            #expect(read["signing"] == "hmac")
            #expect(read["state"] == "active")
            #expect(try await client.get("/v1/webhooks").items == [read.json])
        }
    }

    @Test func `its public key is always readable`() async throws {
        try await withWorld { (client: Client) async throws in
            let made = try await Self.hook(client, #","signing":"ed25519""#)
            #expect(made["secret"] == .null)
            let read = try await client.get("/v1/webhooks/\(made.text("id"))")
            let key = read["secrets"].asArray?.first?["public_key"]?.asString
            #expect(key?.hasPrefix("whpk_") == true)
        }
    }

    @Test(arguments: [
        (#"{}"#, "/url"), (#"{"url":"https://inside.example/"}"#, "/url"), (#"{"url":7}"#, "/url"),
        (#"{"url":"https://a.example","types":[]}"#, "/types"),
        (#"{"url":"https://a.example","types":["key"]}"#, "/types/0"),
        (#"{"url":"https://a.example","signing":"md5"}"#, "/signing"),
        (#"{"url":"https://a.example","name":""}"#, "/name"),
        (#"{"url":"https://a.example","account":"acc_0"}"#, "/account"),
        (#"{"url":"https://a.example","account":"acc_01k9xv2m8q0e7s4r6t8v0w2y4z"}"#, "/account"),
        (#"{"url":"https://a.example","secret":"mine"}"#, "/secret"),
        (#"{"url":"https://a.example","certificate_authority":"x"}"#, "/certificate_authority"),
    ])
    func `a bad field is named`(body: String, pointer: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.post("/v1/webhooks", body)
            #expect(reply.status == 422)
            #expect(reply.text("pointer") == pointer)
            #expect(!reply.text("fix").isEmpty)
        }
    }

    @Test func `it is changed, disabled, enabled and removed, each an event`() async throws {
        try await withWorld { (client: Client) async throws in
            let id = try await Self.hook(client).text("id")
            let path = "/v1/webhooks/\(id)"
            let changed = try await client.patch(path, #"{"types":["key.*"],"name":"Ops"}"#, [.ifMatch: #""1""#])
            #expect(changed["types"] == ["key.*"])
            #expect(try await client.patch(path, #"{"name":"Late"}"#, [.ifMatch: #""1""#]).status == 412)
            #expect(try await client.patch(path, #"{"url":"https://inside.example"}"#).status == 422)
            let off = try await client.post("\(path)/disable")
            #expect(off["state"] == "disabled")
            #expect(off["disabled_reason"] == "by_hand")
            let on = try await client.post("\(path)/enable", #"{"skip_missed":true}"#)
            #expect(on["state"] == "active")
            #expect(on["disabled_reason"] == .null)
            #expect(try await client.post("\(path)/remove").status == 200)
            #expect(try await client.get(path).status == 404)
            #expect(try await client.post("\(path)/enable").status == 404)
            let actions = try await client.get("/v1/events?limit=200&type=webhook.*").items.map { $0["action"] }
            #expect(
                actions == [
                    "webhook.create", "webhook.update", "webhook.disable", "webhook.enable", "webhook.remove",
                ])
        }
    }

    @Test func `the trail keeps the host and not the path`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await Self.hook(client)
            let trail = try await client.get("/v1/events?limit=200")
            #expect(trail.body.contains("https://hook.example"))
            #expect(!trail.body.contains("in?t=1"))
        }
    }

    @Test func `rotation leaves the old secret for a while, and holds three at most`() async throws {
        try await withWorld { (client: Client) async throws in
            let made = try await Self.hook(client)
            let path = "/v1/webhooks/\(made.text("id"))/rotate"
            let rotated = try await client.post(path)
            #expect(rotated.text("secret") != made.text("secret"))
            #expect(rotated["secrets"].asArray?.count == 2)
            for _ in 0..<3 { _ = try await client.post(path, #"{"overlap":"1h"}"#) }
            let last = try await client.get("/v1/webhooks/\(made.text("id"))")
            let secrets = try #require(last["secrets"].asArray)
            #expect(secrets.count == 3)
            #expect(secrets.last?["ends_at"] == .null)
            #expect(secrets.dropLast().allSatisfy { $0["ends_at"] != .null })
            let alone = try await client.post(path, #"{"overlap":"0s"}"#)
            #expect(alone["secrets"].asArray?.count == 1)
        }
    }

    @Test func `a repeated creation answers the same and makes one`() async throws {
        try await withWorld { (client: Client) async throws in
            let key: HTTPFields = [HTTPField.Name("Idempotency-Key")!: "once"]
            let first = try await client.post("/v1/webhooks", #"{"url":"https://a.example/"}"#, key)
            let second = try await client.post("/v1/webhooks", #"{"url":"https://a.example/"}"#, key)
            #expect(first.body == second.body)
            #expect(try await client.get("/v1/webhooks").items.count == 1)
        }
    }

    @Test func `a test posts at once, and says how it went`() async throws {
        try await withWorld { (client: Client) async throws in
            let id = try await Self.hook(client, #","types":["key.revoke"]"#).text("id")
            let tested = try await client.post("/v1/webhooks/\(id)/test")
            #expect(tested["delivered"] == true)
            #expect(tested["status"] == 204)
            let sent = try #require(client.world.posts.sent.first)
            #expect(sent.url == Self.url)
            #expect(try JSON.parse(sent.body)["type"] == "webhook.test")
            client.world.posts.answer(.unanswered(reason: "connect"))
            let failed = try await client.post("/v1/webhooks/\(id)/test")
            #expect(failed["delivered"] == false)
            #expect(failed["reason"] == "connect")
        }
    }

    @Test func `who is bound to an account makes and sees only its own`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let own = try #require(AccountID(scene.account))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [own]))
            let all = try await Self.hook(client).text("id")
            #expect(
                try await bound.post("/v1/webhooks", #"{"url":"https://a.example/"}"#).text("pointer") == "/account")
            let mine = try await Self.hook(bound, #","account":"\#(scene.account)""#).text("id")
            #expect(try await bound.get("/v1/webhooks").items.map { $0["id"]?.asString } == [mine])
            for path in ["disable", "enable", "rotate", "test", "replay", "remove"] {
                #expect(try await bound.post("/v1/webhooks/\(all)/\(path)").status == 404, "\(path)")
            }
            #expect(try await bound.get("/v1/webhooks/\(all)/deliveries").status == 404)
        }
    }

    @Test func `a scope alone does not reach further than events may be read`() async throws {
        try await withWorld { (client: Client) async throws in
            let id = try await Self.hook(client).text("id")
            let weak = client.with(key: try await client.world.managementKey(["settings:*"]))
            #expect(
                try await weak.post("/v1/webhooks", #"{"url":"https://a.example/"}"#).text("code") == "would_escalate")
            #expect(try await weak.patch("/v1/webhooks/\(id)", #"{"url":"https://b.example/"}"#).status == 403)
            let reader = client.with(key: try await client.world.managementKey(["events:read", "settings:read"]))
            #expect(try await reader.post("/v1/webhooks/\(id)/disable").text("code") == "missing_scope")
        }
    }

    @Test func `an account has so many webhooks and no more`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            for _ in 0..<Webhooks.mostOfAccount { _ = try await Self.hook(client, #","account":"\#(scene.account)""#) }
            let more = try await client.post(
                "/v1/webhooks", #"{"url":"https://a.example/","account":"\#(scene.account)"}"#)
            #expect(more.status == 409)
            _ = try await Self.hook(client)
        }
    }
}
