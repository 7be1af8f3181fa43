// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

@Suite struct KeyspaceTests {
    @Test func `a keyspace is made, read, listed and changed`() async throws {
        try await withWorld { (client: Client) async throws in
            client.world.clock.advance(.seconds(1))
            let made = try await client.make(
                "/v1/keyspaces", #"{"name":"shop","prefix":"acme","environment":"test","max_lifetime":"90d"}"#)
            let path = "/v1/keyspaces/\(made.text("id"))"
            #expect(made.fields[.location] == path)
            #expect(made.fields[.eTag] == #""1""#)
            #expect(made.fields[.cacheControl] == "no-store")
            let read = try await client.get(path)
            #expect(read.body == made.body)
            #expect(read["built_in"] == false)
            #expect(read["max_lifetime"] == "90d")
            #expect(read["accept_query_parameter"] == false)
            let changed = try await client.patch(path, #"{"max_lifetime":null,"accept_query_parameter":true}"#)
            #expect(changed.status == 200)
            #expect(changed["max_lifetime"] == .null)
            #expect(changed["accept_query_parameter"] == true)
            #expect(changed.fields[.eTag] == #""2""#)
            let names = try await client.get("/v1/keyspaces").items.map { $0["name"] }
            #expect(names == ["bitting", "shop"])
        }
    }

    @Test func `a taken name gets 409`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await client.make("/v1/keyspaces", #"{"name":"shop","prefix":"shop"}"#)
            let again = try await client.post("/v1/keyspaces", #"{"name":"shop","prefix":"shop"}"#)
            #expect(again.status == 409)
            #expect(again.text("code") == "conflict")
        }
    }

    @Test func `the environment is live unless said`() async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.make("/v1/keyspaces", #"{"name":"a","prefix":"aa"}"#)["environment"] == "live")
        }
    }
}
