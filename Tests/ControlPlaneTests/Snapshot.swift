// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

/// Everything that lists show, to tell that nothing was changed.
struct Snapshot: Equatable {
    private let lists: [String]

    init(_ client: Client) async throws {
        let account = try await client.get("/v1/accounts?limit=200").items.last?["id"]?.asString ?? ""
        var lists: [String] = []
        for path in [
            "/v1/keyspaces", "/v1/accounts", "/v1/accounts/\(account)/apps", "/v1/accounts/\(account)/users",
            "/v1/keys",
            "/v1/providers", "/v1/credentials", "/v1/integrations",
        ] {
            let reply = try await client.get("\(path)?limit=200")
            try #require(reply.status == 200)
            lists.append(reply.body)
        }
        self.lists = lists
    }
}

/// The ids of a scene, by the words that stand for them in tables: `{account}`, `{key}`, ...
struct Ids {
    private let words: [(String, String)]

    init(_ client: Client) async throws {
        let scene = try await Scene(client)
        let keyspace = try await client.get("/v1/keys/\(scene.key)").text("keyspace_id")
        words = [
            ("{keyspace}", keyspace), ("{account}", scene.account), ("{app}", scene.app),
            ("{credential}", scene.credential),
            ("{integration}", scene.integration), ("{key}", scene.key),
        ]
    }

    func fill(_ text: String) -> String {
        words.reduce(text) { filled, word in
            filled.split(separator: word.0, omittingEmptySubsequences: false).joined(separator: word.1)
        }
    }
}
