// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Testing
import Wire

@testable import ControlPlane

/// How the trail is signed, over HTTP.
@Suite struct AuditTests {
    @Test func `the key is one that notes can be checked with`() async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get("/v1/audit/key")
            #expect(reply.status == 200)
            let key = try #require(VerifierKey(reply.text("verifier_key")))
            #expect(reply.text("origin") == key.name)
            #expect(key == client.world.signer.verifier)
        }
    }

    @Test func `checkpoints are listed in order, with notes that the key signed`() async throws {
        try await withWorld { (client: Client) async throws in
            for _ in 0..<3 { try await client.world.signTrail() }
            let first = try await client.get("/v1/audit/checkpoints?limit=2")
            #expect(first.items.map { $0["number"] } == [1, 2])
            #expect(first["next_cursor"] == "2")
            let rest = try await client.get("/v1/audit/checkpoints?after=2")
            #expect(rest.items.map { $0["number"] } == [3])
            #expect(rest["next_cursor"] == .null)
            let item = try #require(rest.items.first)
            let note = try SignedNote(parsing: Array(try #require(item["note"]?.asString).utf8))
            #expect(note.isSigned(by: client.world.signer.verifier))
            let checkpoint = try Checkpoint(parsing: note.text)
            #expect(item["size"]?.asInteger == checkpoint.size)
            #expect(item["root"]?.asString == Base64Text.text(checkpoint.root.bytes))
            #expect(item["at"]?.asString == checkpoint.at?.description)
        }
    }

    @Test(arguments: ["/v1/audit/key", "/v1/audit/checkpoints"])
    func `who is bound to accounts, lacks the scope or shows no key gets nothing`(_ path: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let account = try #require(AccountID(scene.account))
            let world = client.world
            let bound = client.with(key: try await world.managementKey(["*:*"], boundTo: [account]))
            #expect(try await bound.get(path).status == 404)
            let other = client.with(key: try await world.managementKey(["keys:read", "settings:read"]))
            #expect(try await other.get(path).status == 403)
            #expect(try await client.with(key: "").get(path).status == 401)
        }
    }

    @Test(arguments: ["after=-1", "after=x", "limit=0", "limit=201", "cursor=1", "after=1&after=2"])
    func `a wrong parameter gets 400`(_ query: String) async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.get("/v1/audit/checkpoints?\(query)").status == 400)
        }
    }
}
