// SPDX-License-Identifier: Apache-2.0
import Access
import HTTPTypes
import HummingbirdTesting
import IssuedKeys
import NIOCore
import Secrets
import Testing
import Wire

@testable import ControlPlane

/// `POST /v1/keys/import`, as JSON and line by line.
@Suite struct ImportTests {
    private static let old = "sk_1a2b3c4d5e6f7g8h9i0j-Legacy+Key/="
    private static let lines: HTTPFields = [.contentType: "application/x-ndjson"]

    private static func digest(_ text: String) -> Digest { Digest(of: Array(text.utf8).span) }

    private static func base64(_ digest: Digest) -> String {
        Base64URL.text(digest.bytes).replacing("-", with: "+").replacing("_", with: "/") + "="
    }

    private func item(_ scene: Scene, _ more: String, name: String = "Imported") -> String {
        Scene.key(of: scene.app, name: name).dropLast() + ",\(more)}"
    }

    private func imported(_ client: Client, _ items: [String]) async throws -> [JSON] {
        let reply = try await client.post("/v1/keys/import", #"{"items":[\#(items.joined(separator: ","))]}"#)
        #expect(reply.status == 200, "\(reply.body)")
        return reply["results"].asArray ?? []
    }

    private func code(_ client: Client, _ text: String) -> VerdictCode {
        let bytes = Array(text.utf8)
        return client.world.index.reading(lane: 1) { contents, _ in
            contents.verdict(on: Question(key: 0..<bytes.count), in: bytes.span, at: client.world.clock.now).code
        }
    }

    @Test(arguments: [
        #""secret":"\#(old)""#, #""digest":"sha256:\#(digest(old).hexadecimal)""#,
        #""digest":"sha256:\#(digest(old).hexadecimal.uppercased())""#, #""digest":"sha256:\#(base64(digest(old)))""#,
        #""digest":"sha256:\#(Base64URL.text(digest(old).bytes))""#,
    ])
    func `a key of any shape verifies, by secret or by digest in any writing`(_ how: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            #expect(code(client, Self.old) == .malformed)
            let result = try await imported(client, [item(scene, how)])
            #expect(result.first?["status"] == 201)
            #expect(code(client, Self.old) == .valid)
            #expect(code(client, Self.old + "x") == .malformed, "what is of no known shape stays so")
            #expect(code(client, scene.secret) == .valid)
            let id = result.first?["key_id"]?.asString ?? ""
            _ = try await client.post("/v1/keys/\(id)/revoke", #"{"reason":"compromised"}"#)
            #expect(code(client, Self.old) == .revoked)
        }
    }

    @Test func `everything an item can say comes back, and no part of its secret but the end`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let results = try await imported(
                client,
                [
                    item(scene, #""secret":"\#(Self.old)","created_at":"2024-05-01T00:00:00Z","state":"disabled""#),
                    item(scene, #""digest":"sha256:\#(Self.digest("a").hexadecimal)","hint":"shop_3fX""#),
                    item(scene, #""secret":"a-short-key""#),
                    item(scene, #""digest":"sha256:\#(Self.digest("b").hexadecimal)""#),
                ])
            var hints: [JSON] = []
            for result in results {
                hints.append(try await client.get("/v1/keys/\(result["key_id"]?.asString ?? "")")["hint"])
            }
            #expect(hints == [.string("…" + Self.old.suffix(4)), "shop_3fX", "…", "…"])
            let first = try await client.get("/v1/keys/\(results[0]["key_id"]?.asString ?? "")")
            #expect(first["created_at"] == "2024-05-01T00:00:00.000Z")
            #expect(first["state"] == "disabled")
            #expect(code(client, Self.old) == .disabled)
            let events = try await client.get("/v1/events?action=key.import").items
            #expect(events.count == 4)
        }
    }

    @Test func `a secret that is here already is refused without a word about it`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let results = try await imported(
                client,
                [
                    item(scene, #""secret":"\#(Self.old)""#),
                    item(scene, #""digest":"sha256:\#(Self.digest(Self.old).hexadecimal)""#),
                    item(scene, #""secret":"\#(scene.secret)""#), item(scene, #""secret":"another-old-key""#),
                ])
            #expect(results.map { $0["status"] } == [201, 409, 409, 201])
            #expect(results[1]["problem"]?["code"] == "already_imported")
            #expect(!results[2].text.contains(scene.secret.suffix(8)))
            #expect(try await client.get("/v1/keys?q=Imported").items.count == 2)
            #expect(code(client, scene.secret) == .valid)
        }
    }

    @Test(arguments: [
        (#""digest":"sha256:00""#, "/items/0/digest"), (#""digest":"md5:00""#, "/items/0/digest"),
        (#""digest":"sha256:\#(String(repeating: "g", count: 64))""#, "/items/0/digest"),
        (#""digest":"sha256:\#(String(repeating: "A", count: 42))==""#, "/items/0/digest"),
        (#""secret":"short""#, "/items/0/secret"), (#""secret":"with a space""#, "/items/0/secret"),
        (#""secret":"umläut-key""#, "/items/0/secret"),
        (#""secret":"\#(String(repeating: "k", count: 513))""#, "/items/0/secret"),
        (#""name":"twice""#, ""), (#""hint":"x""#, "/items/0"),
        (#""secret":"long-enough","digest":"sha256:\#(digest("x").hexadecimal)""#, "/items/0"),
        (#""secret":"long-enough","created_at":"2999-01-01T00:00:00Z""#, "/items/0/created_at"),
        (#""secret":"long-enough","expires_at":"2001-01-01T00:00:00Z""#, "/items/0/expires_at"),
        (#""secret":"long-enough","state":"revoked""#, "/items/0/state"),
    ])
    func `what is wrong with an item is said where it stands`(_ more: String, _ pointer: String) async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let reply = try await client.post("/v1/keys/import", #"{"items":[\#(item(scene, more))]}"#)
            guard !pointer.isEmpty else { return #expect(reply.status == 400) }
            let result = reply["results"].asArray?.first ?? .null
            #expect(result["status"] == 422)
            #expect(result["problem"]?["pointer"] == .string(pointer), "\(result.text)")
        }
    }

    @Test func `management keys cannot be imported`() async throws {
        try await withWorld { (client: Client) async throws in
            let owner = client.world.house.id
            let results = try await imported(
                client,
                [
                    #"{"keyspace":"bitting","owner":{"type":"account","id":"\#(owner)"},"name":"x","scopes":["*:*"],"secret":"\#(Self.old)"}"#
                ])
            #expect(results.first?["status"] == 422)
            #expect(code(client, Self.old) == .malformed)
        }
    }

    @Test func `a key that its keyspace's longest lifetime has ended is not imported`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            _ = try await client.make("/v1/keyspaces", #"{"name":"brief","prefix":"brief","max_lifetime":"1d"}"#)
            let old = item(scene, #""secret":"\#(Self.old)","created_at":"2020-01-01T00:00:00Z""#)
                .replacing(#""keyspace":"shop""#, with: #""keyspace":"brief""#)
            let result = try await imported(client, [old])
            #expect(result.first?["problem"]?["pointer"] == "/items/0/created_at")
        }
    }

    @Test func `lines are answered one by one, the broken ones named, and the last line says done`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let text = [
                item(scene, #""secret":"first-old-key""#), "", "{", item(scene, #""secret":"x""#),
                item(scene, #""secret":"first-old-key""#), "[1]",
                item(scene, #""secret":"\#(String(repeating: "k", count: 20_000))""#),
                item(scene, #""secret":"second-old-key""#),
            ].joined(separator: "\r\n")
            let reply = try await client.post("/v1/keys/import", text, Self.lines)
            #expect(reply.status == 200)
            #expect(reply.fields[.contentType] == "application/x-ndjson")
            let answered = try reply.body.split(separator: "\n").map { try JSON.parse(String($0)) }
            #expect(answered.dropLast().map { $0["line"] } == [1, 3, 4, 5, 6, 7, 8])
            #expect(answered.dropLast().map { $0["status"] } == [201, 400, 422, 409, 422, 413, 201])
            #expect(answered[2]["problem"]?["pointer"] == "/secret")
            #expect(answered[5]["problem"]?["code"] == "line_too_long")
            #expect(answered.last == ["done": true, "imported": 2, "refused": 5])
            #expect(code(client, "first-old-key") == .valid)
            #expect(code(client, "second-old-key") == .valid)
            #expect(!reply.body.contains("old-key"))
        }
    }

    @Test func `more lines than a group are all taken in`() async throws {
        try await withWorld { (client: Client) async throws in
            let scene = try await Scene(client)
            let text = (0..<1201).map { item(scene, #""secret":"old-key-number-\#($0)""#) + "\n" }.joined()
            let reply = try await client.post("/v1/keys/import", text, Self.lines)
            #expect(reply.body.hasSuffix("{\"done\":true,\"imported\":1201,\"refused\":0}\n"))
            for number in [0, 499, 500, 501, 1200] {
                #expect(code(client, "old-key-number-\(number)") == .valid)
            }
        }
    }

    @Test func `nothing and only line ends are read to the end`() async throws {
        try await withWorld { (client: Client) async throws in
            for text in ["", "\n\n \r\n"] {
                let reply = try await client.post("/v1/keys/import", text, Self.lines)
                #expect(reply.body == "{\"done\":true,\"imported\":0,\"refused\":0}\n")
            }
        }
    }

    @Test func `who may not import is told before the answer begins`() async throws {
        try await withWorld { (client: Client) async throws in
            let reader = client.with(key: try await client.world.managementKey(["keys:read"]))
            #expect(try await reader.post("/v1/keys/import", "{}\n", Self.lines).status == 403)
            #expect(try await client.with(key: "x").post("/v1/keys/import", "{}\n", Self.lines).status == 401)
            #expect(try await client.post("/v1/keys/bulk", "{}\n", Self.lines).status == 415)
        }
    }
}

@Suite struct NumberedLinesTests {
    private func lines(_ text: String, inPiecesOf size: Int) -> [NumberedLines.Line] {
        var reader = NumberedLines()
        var found: [NumberedLines.Line] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            found += reader.take(rest.prefix(size))
            rest = rest.dropFirst(size)
        }
        if let line = reader.end() { found.append(line) }
        return found
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `however it is cut, the lines are the same`(_ size: Int) {
        let found = lines("a\n\r\n  \nbc\r\nd\re\n\nlast", inPiecesOf: size)
        #expect(found.map(\.number) == [1, 4, 5, 7])
        #expect(found.map { $0.text.map { String(decoding: $0, as: UTF8.self) } } == ["a", "bc", "d\re", "last"])
    }

    @Test(arguments: ["\n", "\r\n"])
    func `the longest line is kept, one byte more is not, and the next one is read again`(_ end: String) {
        let longest = String(repeating: "x", count: NumberedLines.longest)
        let found = lines(longest + end + longest + "y" + end + "z" + end, inPiecesOf: 4096)
        #expect(found.map { $0.text?.count } == [NumberedLines.longest, nil, 1])
    }
}
