// SPDX-License-Identifier: Apache-2.0
import Access
import Testing

@testable import ControlPlane

/// A key bound to accounts: what is not theirs does not exist.
@Suite struct BoundCallerTests {
    @Test func `another account's things are answered as what does not exist`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let other = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let account = try #require(AccountID(other))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [account]))
            for path in [
                "/v1/accounts/\(scene.account)", "/v1/apps/\(scene.app)", "/v1/keys/\(scene.key)",
                "/v1/credentials/\(scene.credential)", "/v1/integrations/\(scene.integration)",
                "/v1/accounts/\(scene.account)/apps",
            ] {
                let reply = try await bound.get(path)
                #expect(reply.status == 404, "\(path)")
                #expect(reply.text("code") == "not_found")
            }
            for path in [
                "/v1/accounts/\(scene.account)/lock", "/v1/apps/\(scene.app)/lock", "/v1/keys/\(scene.key)/disable",
                "/v1/integrations/\(scene.integration)/pause",
            ] {
                #expect(try await bound.post(path).status == 404, "\(path)")
            }
            for path in ["/v1/keys", "/v1/credentials", "/v1/integrations"] {
                #expect(try await bound.get(path).items.isEmpty, "\(path)")
            }
            #expect(try await bound.get("/v1/accounts").items.count == 1)
        }
    }

    @Test func `it cannot open accounts, nor make keyspaces or providers`() async throws {
        try await withWorld { (client: Client) async throws in
            let account = try #require(AccountID(try await client.make("/v1/accounts", #"{"name":"Own"}"#).text("id")))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [account]))
            let replies = [
                try await bound.post("/v1/accounts", #"{"name":"Another"}"#),
                try await bound.post("/v1/keyspaces", #"{"name":"mine","prefix":"mine"}"#),
                try await bound.put("/v1/providers/mine", Scene.provider),
            ]
            for reply in replies {
                #expect(reply.status == 403)
                #expect(reply.text("code") == "would_escalate")
            }
        }
    }
}
