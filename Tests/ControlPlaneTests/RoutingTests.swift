// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

/// Methods, paths, ids, revisions.
@Suite struct RoutingTests {
    @Test func `every path refuses the methods it does not have, and names those it has`() async throws {
        try await withWorld { (client: Client) async throws in
            for path in Set(endpoints.map(\.path.text)) {
                let present = Set(endpoints.filter { $0.path.text == path }.map(\.method.rawValue))
                for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "FOO"]
                where !present.contains(method) {
                    let reply = try await client.send(HTTPRequest.Method(method) ?? .get, path, nil)
                    #expect(reply.status == 405, "\(method) \(path)")
                    let allowed = Set((reply.fields[.allow] ?? "").split(separator: ", ").map(String.init))
                    #expect(allowed == present.union(present.contains("GET") ? ["HEAD"] : []), "\(method) \(path)")
                    #expect(Set(reply["allow"].asArray?.compactMap(\.asString) ?? []) == allowed)
                }
            }
        }
    }

    @Test(arguments: [
        "/", "", "/v1", "/v1/", "/v1/keys/", "//v1/keys", "/v1//keys", "/v1/keys/x/y/z", "/V1/keys", "/v1/keys%2f",
        "/healthz/",
        "/v1/../v1/keys", "*", "/v1/verify",
    ])
    func `what is no path gets 404`(_ path: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get(path)
            #expect(reply.status == 404)
            #expect(reply.text("code") == "not_found")
        }
    }

    @Test func `what is no id gets the same answer as what does not exist`() async throws {
        try await withWorld { (client: Client) async throws in
            for (path, prefix) in [
                ("/v1/keyspaces", "ks"), ("/v1/accounts", "acc"), ("/v1/apps", "app"), ("/v1/users", "usr"),
                ("/v1/keys", "key"),
                ("/v1/credentials", "cred"), ("/v1/integrations", "int"),
            ] {
                let absent = try await client.get("\(path)/\(prefix)_01k9xv2m8q0e7s4r6t8v0w2y4z")
                #expect(absent.status == 404, "\(path)")
                for id in [
                    "x", "\(prefix)_", "\(prefix)_01K9XV2M8Q0E7S4R6T8V0W2Y4Z", "zzz_01k9xv2m8q0e7s4r6t8v0w2y4z", "%00",
                ] {
                    #expect(try await client.get("\(path)/\(id)").body == absent.body, "\(path)/\(id)")
                }
            }
            #expect(try await client.get("/v1/providers/None").status == 404)
            #expect(try await client.put("/v1/providers/No_name", Scene.provider).status == 404)
        }
    }

    @Test func `HEAD is GET without its body`() async throws {
        try await withWorld { (client: Client) async throws in
            for path in ["/v1/keys", "/healthz", "/v1/keys/x", "/openapi.yaml"] {
                let get = try await client.get(path)
                let head = try await client.send(.head, path, nil)
                #expect(head.status == get.status, "\(path)")
                #expect(head.body.isEmpty)
                #expect(head.fields[.contentLength] == String(get.body.utf8.count))
            }
        }
    }

    @Test func `open endpoints refuse parameters too`() async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.get("/healthz?x=1").status == 400)
            #expect(try await client.get("/v1/accounts/\(client.world.house.id)?x=1").status == 400)
        }
    }

    @Test func `a change is made only to the revision that was read`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            for (path, body) in [
                ("/v1/accounts/\(scene.account)", #"{"name":"n"}"#), ("/v1/apps/\(scene.app)", #"{"name":"n"}"#),
                ("/v1/keys/\(scene.key)", #"{"name":"n"}"#),
                ("/v1/integrations/\(scene.integration)", #"{"expires_at":null}"#),
            ] {
                let tag = try #require(try await client.get(path).fields[.eTag])
                #expect(try await client.patch(path, body, [.ifMatch: #""99""#]).status == 412, "\(path)")
                #expect(try await client.patch(path, body, [.ifMatch: tag]).status == 200, "\(path)")
                let stale = try await client.patch(path, body, [.ifMatch: tag])
                #expect(stale.status == 412, "\(path)")
                #expect(stale.text("code") == "changed_meanwhile")
                #expect(try await client.patch(path, body, [.ifMatch: "*"]).status == 200, "\(path)")
            }
        }
    }

    @Test(arguments: ["1", #"W/"1""#, #""1", "2""#, #""""#, #""x""#, #""1"#, #""99999999999999999999""#])
    func `an If-Match that is no tag of ours gets 400`(_ tag: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.patch("/v1/accounts/\(client.world.house.id)", "{}", [.ifMatch: tag])
            #expect(reply.status == 400)
            #expect(reply["parameter"] == "If-Match")
        }
    }

    @Test func `nothing under v1 is cached`() async throws {
        try await withWorld { (client: Client) async throws in
            for path in ["/v1/keys", "/v1/keys/x", "/v1/none", "/v1/accounts?x=1"] {
                #expect(try await client.get(path).fields[.cacheControl] == "no-store", "\(path)")
            }
        }
    }
}
