// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

@Suite struct OwnerTests {
    @Test func `an account, an app and a user are made and shown in their shapes`() async throws {
        try await withWorld { (client: Client) async throws in
            let account = try await client.make(
                "/v1/accounts",
                #"{"name":"Corner Shop","external_id":"c-42","metadata":{"plan":"small","seats":[1,2]}}"#)
            #expect(account["metadata"] == ["plan": "small", "seats": [1, 2]])
            #expect(account["external_id"] == "c-42")
            #expect(account["locked"] == false)
            #expect(account.json["account"] == nil)
            let path = "/v1/accounts/\(account.text("id"))"
            let app = try await client.make("\(path)/apps", #"{"name":"Order app"}"#)
            #expect(app.fields[.location] == "/v1/apps/\(app.text("id"))")
            #expect(app["account"] == account["id"])
            #expect(app.json["email"] == nil)
            let user = try await client.make("\(path)/users", #"{"name":"Ada","email":"ada@shop.example"}"#)
            #expect(user["email"] == "ada@shop.example")
            #expect(try await client.get("\(path)/apps").items == [app.json])
            #expect(try await client.get("\(path)/users").items == [user.json])
        }
    }

    @Test func `a merge patch keeps what is absent and clears what is null`() async throws {
        try await withWorld { (client: Client) async throws in
            let user = try await userWithEverything(client)
            let path = "/v1/users/\(user.text("id"))"
            let renamed = try await client.patch(
                path, #"{"name":"Grace"}"#, [.contentType: "application/merge-patch+json"])
            #expect(renamed["name"] == "Grace")
            #expect(renamed["email"] == "ada@shop.example")
            let cleared = try await client.patch(path, #"{"email":null,"external_id":null,"metadata":null}"#)
            #expect(cleared["email"] == .null)
            #expect(cleared["external_id"] == .null)
            #expect(cleared["metadata"] == .object([]))
            let refused = try await client.patch(path, #"{"name":null}"#)
            #expect(refused.status == 422)
            #expect(refused.text("pointer") == "/name")
        }
    }

    private func userWithEverything(_ client: Client) async throws -> Client.Reply {
        let account = try await client.make("/v1/accounts", #"{"name":"Shop"}"#).text("id")
        return try await client.make(
            "/v1/accounts/\(account)/users",
            #"{"name":"Ada","email":"ada@shop.example","external_id":"u1","metadata":{"a":1}}"#)
    }

    @Test(arguments: ["accounts", "apps", "users"])
    func `lock and unlock are seen and repeatable`(_ plural: String) async throws {
        try await withWorld { (client: Client) async throws in
            let account = try await client.make("/v1/accounts", #"{"name":"Shop"}"#).text("id")
            let id =
                plural == "accounts"
                ? account : try await client.make("/v1/accounts/\(account)/\(plural)", #"{"name":"x"}"#).text("id")
            let path = "/v1/\(plural)/\(id)"
            let locked = try await client.post("\(path)/lock", #"{"note":"Invoice overdue"}"#)
            #expect(locked["locked"] == true)
            #expect(locked["locked_at"] != .null)
            client.world.clock.advance(.seconds(5))
            #expect(try await client.post("\(path)/lock")["locked_at"] == locked["locked_at"])
            #expect(try await client.post("\(path)/unlock", "{}")["locked_at"] == .null)
        }
    }

    @Test func `accounts are found by external id and by lock`() async throws {
        try await withWorld { (client: Client) async throws in
            let one = try await client.make("/v1/accounts", #"{"name":"One","external_id":"a b"}"#).text("id")
            _ = try await client.make("/v1/accounts", #"{"name":"Two","external_id":"two"}"#)
            _ = try await client.post("/v1/accounts/\(one)/lock")
            #expect(try await client.get("/v1/accounts?external_id=a+b").items.map { $0["id"] } == [.string(one)])
            #expect(try await client.get("/v1/accounts?external_id=a%20b").items.count == 1)
            #expect(try await client.get("/v1/accounts?locked=true").items.map { $0["id"] } == [.string(one)])
            #expect(try await client.get("/v1/accounts?locked=false").items.count == 2)
        }
    }
}
