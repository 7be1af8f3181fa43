// SPDX-License-Identifier: Apache-2.0
import Access
import Telling
import Testing
import Wire

@testable import ControlPlane

/// `GET /v1/events` with types, and with a wait.
@Suite struct WaitingTests {
    @Test func `types choose by noun, by verb and by outcome`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let weak = client.with(key: try await client.world.managementKey(["keys:read"]))
            #expect(try await weak.post("/v1/keys/\(scene.key)/disable").status == 403)
            func types(_ text: String) async throws -> [String] {
                try await client.get("/v1/events?limit=200&type=\(text)").items.compactMap { $0["action"]?.asString }
            }
            #expect(try await Set(types("key.*")) == ["key.create"])
            #expect(try await types("*.*.refused") == ["key.disable"])
            #expect(try await types("key.disable") == [])
            #expect(
                try await Set(types("credential.create,integration.*")) == ["credential.create", "integration.create"])
            #expect(try await Set(types("*.put")) == ["provider.put"])
            // An underscore in a word is itself, and no sign for any character.
            #expect(try await types("k_y.*") == [])
        }
    }

    @Test func `what is there is shown at once, and the cursor leads on`() async throws {
        try await withWorld { (client: Client) async throws in
            let shown = try await client.get("/v1/events?limit=200&wait=60s")
            let last = try #require(shown.items.last?["sequence"]?.asInteger)
            #expect(shown["next_cursor"] == .string(String(last)))
            let first = try await client.get("/v1/events?limit=1&wait=60s")
            #expect(first["next_cursor"] == "1")
        }
    }

    @Test func `a call that waits is answered by what comes`() async throws {
        try await withWorld { (client: Client) async throws in
            let ringing = Task { await client.world.bell.run() }
            defer { ringing.cancel() }
            let end = try #require(try await client.get("/v1/events?limit=200").items.last?["sequence"]?.asInteger)
            async let waited = client.get("/v1/events?after=\(end)&wait=60s&type=account.create")
            _ = try await client.put("/v1/providers/carrier", Scene.provider)
            let account = try await client.make("/v1/accounts", #"{"name":"New"}"#).text("id")
            let shown = try await waited
            #expect(shown.items.map { $0["subject"]?.asString } == [account])
        }
    }

    @Test func `who is bound waits for its own events only`() async throws {
        try await withWorld { (client: Client) async throws in
            let ringing = Task { await client.world.bell.run() }
            defer { ringing.cancel() }
            let scene = try await Scene(client)
            let own = try #require(AccountID(scene.account))
            let bound = client.with(key: try await client.world.managementKey(["*:*"], boundTo: [own]))
            let end = try #require(try await client.get("/v1/events?limit=200").items.last?["sequence"]?.asInteger)
            async let waited = bound.get("/v1/events?after=\(end)&wait=60s")
            _ = try await client.make("/v1/accounts", #"{"name":"New"}"#)
            _ = try await client.post("/v1/accounts/\(scene.account)/lock")
            let shown = try await waited
            #expect(shown.items.map { $0["action"] } == ["account.lock"])
        }
    }

    @Test func `a closed bell ends all waiting`() async throws {
        try await withWorld { (client: Client) async throws in
            client.world.bell.close()
            let answer = try await client.get("/v1/events?after=1000&wait=60s")
            #expect(answer.status == 200)
            #expect(answer.items.isEmpty)
        }
    }

    @Test(arguments: ["61s", "2m", "1", "-1s", "", "30s,"])
    func `a wait is a length of time up to a minute`(text: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get("/v1/events?wait=\(text)")
            #expect(reply.status == 400)
            #expect(reply.text("parameter") == "wait")
        }
    }
}
