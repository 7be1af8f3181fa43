// SPDX-License-Identifier: Apache-2.0
import Access
import Testing
import Wire

@testable import ControlPlane

@Suite struct EventTests {
    @Test func `the trail goes on from any sequence`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let all = try await client.get("/v1/events?limit=200")
            #expect(all["next_cursor"] == .null)
            let sequences = all.items.compactMap { $0["sequence"]?.asInteger }
            #expect(sequences == Array(1...Int64(sequences.count)))
            let first = try await client.get("/v1/events?limit=2")
            #expect(first["next_cursor"] == "2")
            #expect(try await client.get("/v1/events?limit=1&after=2").items == [all.items[2]])
            #expect(try await client.get("/v1/events?action=key.create&account=\(scene.account)").items.count == 1)
            #expect(try await client.get("/v1/events?after=\(Int64.max)").items.isEmpty)
        }
    }

    @Test func `each line follows the one before it`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await Scene(client)
            let items = try await client.get("/v1/events?limit=200").items
            #expect(items.count > 5)
            for (before, after) in zip(items, items.dropFirst()) { #expect(after["previous_hash"] == before["hash"]) }
        }
    }

    @Test func `a refused call is an event`() async throws {
        try await withWorld { (client: Client) async throws in
            let reader = client.with(key: try await client.world.managementKey(["keys:read"]))
            _ = try await reader.post("/v1/accounts", #"{"name":"x"}"#)
            let last = try #require(try await client.get("/v1/events?action=account.create&limit=200").items.last)
            #expect(last["outcome"] == "refused")
        }
    }

    @Test(arguments: [
        "after=-1", "after=x", "limit=0", "action=KEY", "action=key", "account=x", "cursor=1", "action=a.b.c",
    ])
    func `a wrong parameter gets 400`(_ query: String) async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.get("/v1/events?\(query)").status == 400)
        }
    }

    @Test func `a bound caller sees its own accounts' events`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let account = try #require(AccountID(scene.account))
            let bound = client.with(key: try await client.world.managementKey(["events:read"], boundTo: [account]))
            let items = try await bound.get("/v1/events?limit=200").items
            #expect(!items.isEmpty)
            #expect(items.allSatisfy { $0["account"] == .string(scene.account) })
        }
    }
}
