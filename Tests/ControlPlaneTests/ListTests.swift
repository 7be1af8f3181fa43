// SPDX-License-Identifier: Apache-2.0
import Access
import Testing
import Wire

@testable import ControlPlane

@Suite struct ListTests {
    @Test func `pages give every item once, in order`() async throws {
        try await withWorld { (client: Client) async throws in
            let made = try await accounts(7, client)
            var seen: [String] = []
            var path = "/v1/accounts?limit=3"
            var pages = 0
            while true {
                let page = try await client.get(path)
                seen += page.items.compactMap { $0["id"]?.asString }
                pages += 1
                guard let cursor = page["next_cursor"].asString else { break }
                path = "/v1/accounts?limit=3&cursor=\(cursor)"
            }
            #expect(pages == 3)
            #expect(Set(seen).count == 8)
            #expect(Set(made).isSubset(of: seen))
            #expect(seen == seen.sorted())
        }
    }

    private func accounts(_ count: Int, _ client: Client) async throws -> [String] {
        var ids: [String] = []
        for number in 0..<count {
            client.world.clock.advance(.seconds(1))
            ids.append(try await client.make("/v1/accounts", #"{"name":"A\#(number)"}"#).text("id"))
        }
        return ids
    }

    @Test func `a cursor is good only where it came from`() async throws {
        try await withWorld { (client: Client) async throws in
            let ids = try await accounts(2, client)
            for id in ids { _ = try await client.make("/v1/accounts/\(id)/apps", #"{"name":"a"}"#) }
            _ = try await client.make("/v1/accounts/\(ids[0])/apps", #"{"name":"b"}"#)
            let cursor = try await client.get("/v1/accounts?limit=1").text("next_cursor")
            let apps = try await client.get("/v1/accounts/\(ids[0])/apps?limit=1").text("next_cursor")
            #expect(!cursor.isEmpty && !apps.isEmpty)
            var altered = Array(cursor)
            altered[altered.count / 2] = altered[altered.count / 2] == "A" ? "B" : "A"
            for path in [
                "/v1/keys?cursor=\(cursor)", "/v1/accounts?locked=false&cursor=\(cursor)",
                "/v1/accounts?cursor=\(String(altered))",
                "/v1/accounts?cursor=\(cursor.dropLast())", "/v1/accounts?cursor=", "/v1/accounts?cursor=%2B%2B",
                "/v1/accounts/\(ids[1])/apps?cursor=\(apps)", "/v1/accounts/\(ids[0])/users?cursor=\(apps)",
            ] {
                let reply = try await client.get(path)
                #expect(reply.status == 400, "\(path)")
                #expect(reply.text("code") == "invalid_cursor", "\(path)")
            }
            #expect(try await client.get("/v1/accounts?limit=200&cursor=\(cursor)").status == 200)
        }
    }

    @Test(arguments: [
        "limit=0", "limit=201", "limit=-1", "limit=x", "limit=", "limit=1.0", "limit=99999999999999999999",
        "limit=1&limit=1",
        "unknown=1", "Limit=1", "limit", "limit=%3", "limit=%zz", "external_id=%ff", "external_id=%00", "locked=yes",
        "&",
        "locked=TRUE", "external_id=",
    ])
    func `a wrong parameter gets 400 and is named`(_ query: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get("/v1/accounts?\(query)")
            #expect(reply.status == 400)
            #expect(reply.text("code") == "invalid_parameter")
            #expect(reply["parameter"] != .null)
            #expect(!reply.text("fix").isEmpty)
        }
    }

    @Test(arguments: [
        "keyspace=none", "keyspace=", "owner=key_x", "account=app_01k9xv2m8q0e7s4r6t8v0w2y4z", "state=gone", "prefix=",
        "scope=labels",
        "last_used_before=yesterday", "last_used_before=2026-01-01T00:00:00", "q=",
    ])
    func `a wrong filter of keys gets 400`(_ query: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.get("/v1/keys?\(query)")
            #expect(reply.status == 400)
            #expect(reply["parameter"].asString == query.split(separator: "=").first.map(String.init))
        }
    }
}
