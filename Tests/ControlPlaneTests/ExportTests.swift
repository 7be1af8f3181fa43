// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

/// `GET /v1/keys/export`.
@Suite struct ExportTests {
    @Test func `as lines it is the list, every page of it`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let operations = (0..<450).map {
                #"{"op":"create",\#(Scene.key(of: scene.app, name: "Key \($0)").dropFirst())"#
            }
            _ = try await client.post("/v1/keys/bulk", #"{"operations":[\#(operations.joined(separator: ","))]}"#)
            let reply = try await client.get("/v1/keys/export?keyspace=shop")
            #expect(reply.status == 200)
            #expect(reply.fields[.contentType] == "application/x-ndjson")
            let lines = try reply.body.split(separator: "\n").map { try JSON.parse(String($0)) }
            #expect(lines.count == 451)
            #expect(Set(lines.map { $0["id"]?.asString }).count == 451)
            #expect(lines.first == (try await client.get("/v1/keys?keyspace=shop").items.first))
            #expect(!reply.body.contains(scene.secret))
        }
    }

    @Test func `as a table it has a line for each key, and cells that no spreadsheet runs`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let names = [#"=cmd|' /C calc'!A0"#, "+1", "-1", "@x", #"a, "b""#, "plain"]
            for name in names {
                _ = try await client.make(
                    "/v1/keys", Scene.key(of: scene.app, name: name.replacing("\"", with: "\\\"")))
            }
            let reply = try await client.get("/v1/keys/export?format=csv&keyspace=shop")
            #expect(reply.fields[.contentType] == "text/csv; charset=utf-8; header=present")
            let lines = reply.body.split(separator: "\r\n")
            #expect(lines.count == 1 + 1 + names.count)
            #expect(lines[0].hasPrefix("id,keyspace,environment,owner_type,owner,account,name,hint,scopes,state,"))
            let cells = [#",'=cmd|' /C calc'!A0,"#, ",'+1,", ",'-1,", ",'@x,", #","a, ""b""","#, ",plain,"]
            for cell in cells { #expect(lines.count { $0.contains(cell) } == 1, "\(cell)") }
            #expect(!reply.body.contains(scene.secret))
        }
    }

    @Test func `the filters are those of the list, and others are refused`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            _ = try await client.post("/v1/keys/\(scene.key)/disable")
            #expect(try await client.get("/v1/keys/export?state=disabled").body.split(separator: "\n").count == 1)
            #expect(try await client.get("/v1/keys/export?state=revoked").body == "")
            for query in ["limit=1", "format=xlsx", "state=odd", "keyspace=nowhere"] {
                #expect(try await client.get("/v1/keys/export?\(query)").status == 400, "\(query)")
            }
        }
    }

    @Test func `a bound caller exports what it sees, and who may not read nothing`() async throws {
        try await withWorld { (client: Client) async throws in
            _ = try await Scene(client)
            let other = try await client.make("/v1/accounts", #"{"name":"Other"}"#).text("id")
            let bound = try await client.world.managementKey(["keys:read"], boundTo: [try #require(AccountID(other))])
            #expect(try await client.with(key: bound).get("/v1/keys/export").body == "")
            let writer = client.with(key: try await client.world.managementKey(["keys:write"]))
            #expect(try await writer.get("/v1/keys/export").status == 403)
        }
    }

    @Test(arguments: [
        (["a", "b c"], "a,b c\r\n"), (["", ""], ",\r\n"), (["a\"b", "c,d"], "\"a\"\"b\",\"c,d\"\r\n"),
        (["\tx", "\rx", "=x"], "\"'\tx\",\"'\rx\",'=x\r\n"), (["x=1", "a-b", "ü"], "x=1,a-b,ü\r\n"),
        (["=\u{301}1+1", "a\"\u{301},b", "\r\n=1"], "'=\u{301}1+1,\"a\"\"\u{301},b\",\"'\r\n=1\"\r\n"),
    ])
    func `a line of a table is written as RFC 4180 has it`(_ cells: [String], _ line: String) {
        #expect(String(decoding: CSVLine.bytes(cells), as: UTF8.self) == line)
    }
}
