// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Testing
import Wire

@testable import ControlPlane

/// Bad bodies: a status, a code and a pointer, always with what to do, and nothing changed.
@Suite struct BadInputTests {
    /// A body and what is said of it. `{account}` and the like stand for ids of the scene.
    struct Case: CustomTestStringConvertible, Sendable {
        let path: String
        let body: String
        let code: String
        let pointer: String
        var testDescription: String { "\(path) \(body.prefix(90))" }

        init(_ path: String, _ body: String, _ code: String, _ pointer: String) {
            self.path = path
            self.body = body
            self.code = code
            self.pointer = pointer
        }
    }

    static let keyspaces = [
        Case("POST /v1/keyspaces", "[]", "wrong_type", ""),
        Case("POST /v1/keyspaces", "null", "wrong_type", ""),
        Case("POST /v1/keyspaces", "{}", "missing_field", "/name"),
        Case("POST /v1/keyspaces", #"{"name":"a"}"#, "missing_field", "/prefix"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"aa","on_leak":"notify"}"#, "unknown_field", "/on_leak"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"aa","a/b~c":1}"#, "unknown_field", "/a~1b~0c"),
        Case("POST /v1/keyspaces", #"{"name":1,"prefix":"aa"}"#, "wrong_type", "/name"),
        Case("POST /v1/keyspaces", #"{"name":"Shop","prefix":"aa"}"#, "invalid_field", "/name"),
        Case("POST /v1/keyspaces", #"{"name":"1a","prefix":"aa"}"#, "invalid_field", "/name"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"A"}"#, "invalid_field", "/prefix"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"a"}"#, "invalid_field", "/prefix"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"bitting"}"#, "invalid_field", "/prefix"),
        Case(
            "POST /v1/keyspaces", #"{"name":"a","prefix":"aa","environment":"LIVE"}"#, "invalid_field", "/environment"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"aa","environment":null}"#, "wrong_type", "/environment"),
        Case(
            "POST /v1/keyspaces", #"{"name":"a","prefix":"aa","max_lifetime":"0d"}"#, "invalid_field", "/max_lifetime"),
        Case(
            "POST /v1/keyspaces", #"{"name":"a","prefix":"aa","max_lifetime":"9999d"}"#, "invalid_field",
            "/max_lifetime"),
        Case("POST /v1/keyspaces", #"{"name":"a","prefix":"aa","max_lifetime":90}"#, "wrong_type", "/max_lifetime"),
        Case(
            "PATCH /v1/keyspaces/{keyspace}", #"{"accept_query_parameter":null}"#, "invalid_field",
            "/accept_query_parameter"),
        Case(
            "PATCH /v1/keyspaces/{keyspace}", #"{"accept_query_parameter":"yes"}"#, "wrong_type",
            "/accept_query_parameter"),
        Case("PATCH /v1/keyspaces/{keyspace}", #"{"prefix":"other"}"#, "unknown_field", "/prefix"),
    ]

    static let owners = [
        Case("POST /v1/accounts", #"{"name":""}"#, "invalid_field", "/name"),
        Case("POST /v1/accounts", #"{"name":"a\u0000"}"#, "invalid_field", "/name"),
        Case("POST /v1/accounts", #"{"name":"a\u0085"}"#, "invalid_field", "/name"),
        Case("POST /v1/accounts", #"{"name":"\#(String(repeating: "ä", count: 201))"}"#, "invalid_field", "/name"),
        Case("POST /v1/accounts", #"{"name":"a","email":"a@b"}"#, "unknown_field", "/email"),
        Case("POST /v1/accounts", #"{"name":"a","external_id":""}"#, "invalid_field", "/external_id"),
        Case("POST /v1/accounts", #"{"name":"a","metadata":[]}"#, "wrong_type", "/metadata"),
        Case("POST /v1/accounts", #"{"name":"a","metadata":null}"#, "wrong_type", "/metadata"),
        Case(
            "POST /v1/accounts", #"{"name":"a","metadata":{"a":"\#(String(repeating: "x", count: 4090))"}}"#,
            "invalid_field",
            "/metadata"),
        Case("POST /v1/accounts/{account}/apps", #"{"email":"a@b","name":"a"}"#, "unknown_field", "/email"),
        Case("POST /v1/accounts/{account}/users", #"{"name":"a","email":"ab"}"#, "invalid_field", "/email"),
        Case("POST /v1/accounts/{account}/users", #"{"name":"a","email":"a@b@c"}"#, "invalid_field", "/email"),
        Case("POST /v1/accounts/{account}/users", #"{"name":"a","email":"@b"}"#, "invalid_field", "/email"),
        Case("PATCH /v1/apps/{app}", #"{"email":null}"#, "unknown_field", "/email"),
        Case("PATCH /v1/apps/{app}", #"{"name":false}"#, "wrong_type", "/name"),
        Case("POST /v1/apps/{app}/lock", #"{"note":""}"#, "invalid_field", "/note"),
        Case("POST /v1/apps/{app}/lock", #"{"note":null}"#, "wrong_type", "/note"),
        Case("POST /v1/apps/{app}/unlock", #"{"reason":"x"}"#, "unknown_field", "/reason"),
    ]

    private static func key(_ replaced: String, _ value: String?) -> String {
        var members = [
            ("keyspace", #""shop""#), ("owner", #"{"type":"app","id":"{app}"}"#), ("name", #""n""#),
            ("scopes", #"["a:b"]"#),
        ].filter { $0.0 != replaced }
        if let value { members.append((replaced, value)) }
        return "{" + members.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",") + "}"
    }

    static let keys: [Case] =
        [
            ("keyspace", nil, "missing_field", "/keyspace"), ("keyspace", #""none""#, "invalid_field", "/keyspace"),
            ("owner", nil, "missing_field", "/owner"), ("owner", #""{app}""#, "wrong_type", "/owner"),
            ("owner", #"{"id":"{app}"}"#, "missing_field", "/owner/type"),
            ("owner", #"{"type":"user","id":"{app}"}"#, "invalid_field", "/owner/type"),
            ("owner", #"{"type":"robot","id":"{app}"}"#, "invalid_field", "/owner/type"),
            ("owner", #"{"type":"app","id":"app_x"}"#, "invalid_field", "/owner/id"),
            ("owner", #"{"type":"app","id":"app_01k9xv2m8q0e7s4r6t8v0w2y4z"}"#, "invalid_field", "/owner"),
            ("owner", #"{"type":"app","id":"{app}","account":"x"}"#, "unknown_field", "/owner/account"),
            ("scopes", #""a:b""#, "wrong_type", "/scopes"), ("scopes", #"["a:b","a"]"#, "invalid_field", "/scopes/1"),
            ("scopes", "[7]", "wrong_type", "/scopes/0"), ("scopes", "null", "wrong_type", "/scopes"),
            (
                "scopes", "[" + Array(repeating: #""a:b""#, count: 101).joined(separator: ",") + "]", "invalid_field",
                "/scopes"
            ),
            ("expires_at", #""2020-01-01T00:00:00Z""#, "invalid_field", "/expires_at"),
            ("expires_at", #""tomorrow""#, "invalid_field", "/expires_at"),
            ("expires_at", "0", "wrong_type", "/expires_at"),
            ("not_before", #""2026-02-30T00:00:00Z""#, "invalid_field", "/not_before"),
            ("allowed_addresses", #"["10.0.0.1/8"]"#, "invalid_field", "/allowed_addresses/0"),
            ("allowed_addresses", #"["10.0.0.0/33"]"#, "invalid_field", "/allowed_addresses/0"),
            ("allowed_addresses", #"["10.0.0.1","127.1"]"#, "invalid_field", "/allowed_addresses/1"),
            ("allowed_addresses", #"["::ffff:0:0/95"]"#, "invalid_field", "/allowed_addresses/0"),
            ("allowed_routes", #"[{"methods":["POST"]}]"#, "missing_field", "/allowed_routes/0/path"),
            ("allowed_routes", #"[{"methods":[],"path":"/"}]"#, "invalid_field", "/allowed_routes/0/methods"),
            (
                "allowed_routes", #"[{"methods":["GET","post"],"path":"/"}]"#, "invalid_field",
                "/allowed_routes/0/methods/1"
            ),
            ("allowed_routes", #"[{"methods":["GET"],"path":"/a/../b"}]"#, "invalid_field", "/allowed_routes/0/path"),
            ("allowed_routes", #"[{"methods":["GET"],"path":"/**/a"}]"#, "invalid_field", "/allowed_routes/0/path"),
            ("allowed_routes", #"[{"methods":["GET"],"path":"/","x":1}]"#, "unknown_field", "/allowed_routes/0/x"),
            ("bound_accounts", #"["{account}"]"#, "invalid_field", "/bound_accounts"),
            ("bound_accounts", #"["{app}"]"#, "invalid_field", "/bound_accounts/0"),
            ("metadata", "7", "wrong_type", "/metadata"), ("secret", #""x""#, "unknown_field", "/secret"),
        ].map { Case("POST /v1/keys", key($0.0, $0.1), $0.2, $0.3) } + [
            Case("PATCH /v1/keys/{key}", #"{"keyspace":"shop"}"#, "unknown_field", "/keyspace"),
            Case("PATCH /v1/keys/{key}", #"{"name":null}"#, "invalid_field", "/name"),
            Case("PATCH /v1/keys/{key}", #"{"expires_at":"2020-01-01T00:00:00Z"}"#, "invalid_field", "/expires_at"),
            Case("POST /v1/keys/{key}/revoke", "{}", "missing_field", "/reason"),
            Case("POST /v1/keys/{key}/revoke", #"{"reason":"bored"}"#, "invalid_field", "/reason"),
            Case("POST /v1/keys/{key}/revoke", #"{"reason":"other","note":7}"#, "wrong_type", "/note"),
            Case("POST /v1/keys/{key}/disable", #"{"note":"x"}"#, "unknown_field", "/note"),
            Case("POST /v1/keys/{key}/enable", "[]", "wrong_type", ""),
        ]

    private static func provider(_ replaced: String, _ value: String?) -> String {
        var members = [
            ("title", #""T""#), ("origins", #"["https://a.example"]"#), ("credential", #"{"in":"basic"}"#),
        ].filter { $0.0 != replaced }
        if let value { members.append((replaced, value)) }
        return "{" + members.map { #""\#($0.0)":\#($0.1)"# }.joined(separator: ",") + "}"
    }

    static let providers: [Case] = [
        ("title", nil, "missing_field", "/title"), ("origins", "[]", "invalid_field", "/origins"),
        ("origins", #"["https://a.example/path"]"#, "invalid_field", "/origins/0"),
        ("origins", #"["ftp://a.example"]"#, "invalid_field", "/origins/0"),
        ("origins", #"["https://user@a.example"]"#, "invalid_field", "/origins/0"),
        ("origins", #"["https://0x7f.1"]"#, "invalid_field", "/origins/0"),
        ("credential", #"{"in":"cookie","name":"a"}"#, "invalid_field", "/credential/in"),
        ("credential", #"{"in":"header"}"#, "missing_field", "/credential/name"),
        ("credential", #"{"in":"header","name":"Host"}"#, "invalid_field", "/credential/name"),
        ("credential", #"{"in":"header","name":"A B"}"#, "invalid_field", "/credential/name"),
        ("credential", #"{"in":"query","name":"a&b"}"#, "invalid_field", "/credential/name"),
        ("credential", #"{"in":"basic","name":"a"}"#, "unknown_field", "/credential/name"),
        ("credential", #"{"in":"basic","format":"none"}"#, "invalid_field", "/credential/format"),
        ("credential", #"{"in":"basic","format":"{value}{value}"}"#, "invalid_field", "/credential/format"),
        ("credential", #"{"in":"basic","format":"{value}\r\nX: y"}"#, "invalid_field", "/credential/format"),
        ("allow_private_addresses", #"["10.0.0.1/8"]"#, "invalid_field", "/allow_private_addresses/0"),
        ("tls", #"{"ca":"not PEM"}"#, "invalid_field", "/tls/ca"),
        ("tls", #"{"client_certificate":"x"}"#, "wrong_type", "/tls/client_certificate"),
        ("tls", "null", "wrong_type", "/tls"), ("permission_sets", "[]", "wrong_type", "/permission_sets"),
        ("permission_sets", #"{"a":[]}"#, "invalid_field", "/permission_sets/a"),
        ("permission_sets", #"{"a":[{"methods":["GET"],"path":"x"}]}"#, "invalid_field", "/permission_sets/a/0/path"),
        ("test", "{}", "missing_field", "/test/method"), ("rotation", "{}", "missing_field", "/rotation/kind"),
    ].map { Case("PUT /v1/providers/carrier", provider($0.0, $0.1), $0.2, $0.3) }

    private static func credential(_ value: String) -> String {
        #"{"account":"{account}","provider":"carrier","name":"n","value":\#(value)}"#
    }

    static let held = [
        Case("POST /v1/credentials", credential(#""""#), "invalid_field", "/value"),
        Case("POST /v1/credentials", credential(#""a\nb""#), "invalid_field", "/value"),
        Case("POST /v1/credentials", credential(#""ä""#), "invalid_field", "/value"),
        Case("POST /v1/credentials", credential(#"{"user":"a"}"#), "invalid_field", "/value"),
        Case(
            "POST /v1/credentials", credential("\"\(String(repeating: "x", count: 16_385))\""), "invalid_field",
            "/value"),
        Case(
            "POST /v1/credentials", #"{"account":"{app}","provider":"carrier","name":"n","value":"v"}"#,
            "invalid_field",
            "/account"),
        Case(
            "POST /v1/credentials", #"{"account":"{account}","provider":"none","name":"n","value":"v"}"#,
            "invalid_field",
            "/provider"),
        Case(
            "POST /v1/credentials", #"{"account":"{account}","provider":"carrier","name":"n"}"#, "missing_field",
            "/value"),
        Case(
            "POST /v1/integrations", #"{"name":"N","app":"{app}","credential":"{credential}","allow":[]}"#,
            "invalid_field",
            "/name"),
        Case(
            "POST /v1/integrations", #"{"name":"n","app":"{app}","credential":"{credential}","allow":[]}"#,
            "invalid_field",
            "/allow"),
        Case(
            "POST /v1/integrations", #"{"name":"n","app":"{account}","credential":"{credential}","allow":[]}"#,
            "invalid_field", "/app"),
        Case(
            "POST /v1/integrations",
            #"{"name":"n","app":"{app}","credential":"{credential}","permission_set":"labels"}"#, "unknown_field",
            "/permission_set"),
        Case("PATCH /v1/integrations/{integration}", #"{"allow":[]}"#, "invalid_field", "/allow"),
        Case("PATCH /v1/integrations/{integration}", #"{"name":"x"}"#, "unknown_field", "/name"),
        Case("POST /v1/integrations/{integration}/pause", #"{"a":1}"#, "unknown_field", "/a"),
    ]

    @Test(arguments: [Self.keyspaces, Self.owners, Self.keys, Self.providers, Self.held])
    func `a wrong field gets 422, its pointer and a fix, and changes nothing`(_ cases: [Case]) async throws {
        try await withWorld { (client: Client) async throws in
            let ids = try await Ids(client)
            let before = try await Snapshot(client)
            for each in cases {
                let words = each.path.split(separator: " ")
                let method = try #require(HTTPRequest.Method(String(words[0])))
                let reply = try await client.send(method, ids.fill(String(words[1])), ids.fill(each.body))
                #expect(reply.status == 422, "\(each.testDescription): \(reply.body)")
                #expect(reply.text("code") == each.code, "\(each.testDescription): \(reply.body)")
                #expect(reply["pointer"] == .string(each.pointer), "\(each.testDescription): \(reply.body)")
                #expect(!reply.text("fix").isEmpty && !reply.text("detail").isEmpty)
                #expect(reply.fields[.contentType] == "application/problem+json")
            }
            #expect(try await Snapshot(client) == before)
        }
    }

    @Test(arguments: [
        ("", "invalid_json"), ("{", "invalid_json"), (#"{"name":"a",}"#, "invalid_json"),
        ("{'name':1}", "invalid_json"),
        (#"{"name":"a"} x"#, "invalid_json"), ("\u{FEFF}{}", "invalid_json"), (#"{"name":"\ud800"}"#, "invalid_json"),
        (#"{"name":"a","name":"b"}"#, "duplicate_name"), (#"{"name":"a","n\u0061me":"b"}"#, "duplicate_name"),
        (String(repeating: "[", count: 100), "invalid_json"),
    ])
    func `what is no JSON gets 400`(_ body: String, _ code: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.post("/v1/accounts", body)
            #expect(reply.status == 400)
            #expect(reply.text("code") == code)
            #expect(reply["offset"].asInteger != nil)
            #expect(!reply.text("fix").isEmpty)
        }
    }

    @Test func `bad UTF-8 gets 400`() async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.send(
                .post, "/v1/accounts", bytes: Array(#"{"name":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8))
            #expect(reply.status == 400)
            #expect(reply.text("code") == "invalid_json")
        }
    }

    @Test(arguments: [
        "", "text/plain", "application/x-www-form-urlencoded", "application/merge-patch+json", "application/jsonx",
    ])
    func `another media type gets 415`(_ type: String) async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.post("/v1/accounts", #"{"name":"a"}"#, [.contentType: type])
            #expect(reply.status == 415)
            #expect(reply.text("code") == "unsupported_media_type")
            #expect(try await client.get("/v1/accounts").items.count == 1)
        }
    }

    @Test func `a coded body gets 415`() async throws {
        try await withWorld { (client: Client) async throws in
            let reply = try await client.post("/v1/accounts", #"{"name":"a"}"#, [.contentEncoding: "gzip"])
            #expect(reply.status == 415)
        }
    }

    @Test(arguments: ["application/json; charset=utf-8", "APPLICATION/JSON", "application/json ;charset=\"utf-8\""])
    func `parameters and case of the media type do not matter`(_ type: String) async throws {
        try await withWorld { (client: Client) async throws in
            #expect(try await client.post("/v1/accounts", #"{"name":"a"}"#, [.contentType: type]).status == 201)
        }
    }

    @Test func `a body above 1 MiB gets 413`() async throws {
        try await withWorld { (client: Client) async throws in
            let long = [UInt8](repeating: 0x20, count: Door.longestBody + 1)
            let reply = try await client.send(.post, "/v1/accounts", bytes: long)
            #expect(reply.status == 413)
            #expect(reply.text("code") == "body_too_large")
            let most = Array(#"{"name":"a"}"#.utf8) + [UInt8](repeating: 0x20, count: Door.longestBody - 12)
            #expect(try await client.send(.post, "/v1/accounts", bytes: most).status == 201)
        }
    }
}
