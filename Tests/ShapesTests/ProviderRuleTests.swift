// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Testing
import Wire

/// A description with some members in place of the plain ones; null takes one away.
private func description(_ changes: JSON) -> JSON {
    let plain: JSON = [
        "title": "T", "origins": ["https://api.example"], "credential": ["in": "header", "name": "X-Key"],
    ]
    let changed = changes.asObject ?? []
    let kept = (plain.asObject ?? []).filter { member in !changed.contains { $0.name == member.name } }
    return .object(kept + changed.filter { $0.value != .null })
}

private func read(_ changes: JSON) throws(FieldFault) -> Provider {
    try Shape<Provider>.provider(named: "p", at: .latest).read(description(changes), "")
}

private let twoParts: JSON = ["id": ["title": "Id"], "secret": ["title": "Secret"]]
private let idAndSecret: JSON = [
    ["in": "query", "name": "id", "format": "{id}"], ["in": "query", "name": "secret", "format": "{secret}"],
]
private let grant: JSON = [
    "in": "oauth2_client_credentials", "token_url": "https://api.example/token", "client_id": "id",
    "client_secret": "secret", "client_authentication": "basic",
]
private let digest: JSON = [
    "in": "hmac", "algorithm": "sha256", "key": "value", "encoding": "hex", "message": "{timestamp}{body}",
    "headers": ["X-Signature": "v1={signature}"],
]

private func changed(_ json: JSON, _ name: String, _ value: JSON) -> JSON {
    .object(
        (json.asObject ?? []).filter { $0.name != name } + (value == .null ? [] : [.init(name: name, value: value)]))
}

@Suite("What a provider's description must say") struct ProviderRuleTests {
    @Test(
        "The usual ways of writing one are taken",
        arguments: [
            [:],
            ["credential": ["in": "basic"]],
            ["credential": ["in": "basic", "format": "api:{value}"]],
            ["credential": ["in": "path", "format": "/bot{value}"]],
            ["parts": twoParts, "credential": idAndSecret],
            ["parts": twoParts, "credential": grant],
            ["credential": digest],
            ["origins": ["https://{shop}.a.example"], "settings": ["shop": ["title": "Shop"]]],
            ["origins": ["https://api.{shop}.a.example"], "settings": ["shop": ["title": "Shop"]]],
            ["origins": ["https://{shop}.a.co.uk"], "settings": ["shop": ["title": "Shop"]]],
            ["test": ["method": "GET", "path": "/me?a=b", "expect": [200], "dead": [401]]],
        ] as [JSON])
    func taken(_ changes: JSON) throws {
        _ = try read(changes)
    }

    @Test("A description may be as long as a megabyte allows, and no list or name is longer than its bound")
    func bounds() {
        let long = JSON.string(String(repeating: "a", count: 1 << 20))
        let many = JSON.object((0..<1000).map { .init(name: "n\($0)", value: ["title": "T"]) })
        let bad: [(JSON, String)] = [
            (["title": long], "/title"), (["documentation": long], "/documentation"),
            (["origins": [long]], "/origins/0"),
            (["settings": many], "/settings"), (["parts": many], "/parts"),
            (["settings": .object([.init(name: long.asString ?? "", value: ["title": "T"])])], "/settings"),
            (["rotation": ["kind": "by_hand", "guide": .array(Array(repeating: "a", count: 21))]], "/rotation/guide"),
            (["rotation": ["kind": "by_hand", "guide": [long]]], "/rotation/guide/0"),
            (["environment": ["A": long]], "/environment/A"),
            (["test": ["method": "POST", "path": "/", "body": long, "expect": [200], "dead": []]], "/test/body"),
            (["test": ["method": "GET", "path": long, "expect": [200], "dead": []]], "/test/path"),
            (["credential": .array(Array(repeating: ["in": "basic"], count: 6))], "/credential"),
        ]
        for (changes, pointer) in bad {
            let fault = #expect(throws: FieldFault.self) { try read(changes) }
            #expect(fault?.pointer.hasPrefix(pointer) == true, "\(pointer)")
        }
    }

    @Test(
        "Unknown members are refused at every depth",
        arguments: [
            (["x": 1], "/x"), (["credential": ["in": "basic", "name": "X"]], "/credential/name"),
            (["credential": ["in": "header", "name": "X", "x": 1]], "/credential/x"), (["tls": ["x": 1]], "/tls/x"),
            (["settings": ["shop": ["title": "S", "x": 1]]], "/settings/shop/x"),
            (["test": ["method": "GET", "path": "/", "expect": [200], "dead": [], "x": 1]], "/test/x"),
            (["rotation": ["kind": "by_hand", "steps": []]], "/rotation/steps"),
            (["permission_sets": ["a": [["methods": ["GET"], "path": "/", "x": 1]]]], "/permission_sets/a/0/x"),
            (["tls": ["client_certificate": ["certificate": "a", "x": 1]]], "/tls/client_certificate/x"),
        ] as [(JSON, String)])
    func unknown(_ changes: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) { try read(changes) }
        #expect(fault?.pointer == pointer)
        #expect(fault?.code == .unknown)
    }

    @Test(
        "A setting may not lead to another domain",
        arguments: [
            "https://api.{x}.com", "https://{x}.com", "https://{x}", "https://a.{x}", "https://{x}.co.uk",
            "https://{x}.com.au:8443", "https://a{x}.b.example", "https://{x}b.c.example", "https://{x}.b.example/path",
            "https://{x}.b.example@evil.example", "https://evil.example#{x}.b.example", "https://{x}.b.example:{x}",
            "{x}://a.b.example", "https://{X}.b.example", "https://{}.b.example", "https://{x}.0.0.1", "https://{x}.b.",
            "https://{x}{x}.b.example", "https://{x.b.example", "https://x}.b.example",
        ])
    func elsewhere(_ origin: String) {
        let fault = #expect(throws: FieldFault.self) {
            try read(["origins": [.string(origin)], "settings": ["x": ["title": "X"]]])
        }
        #expect(fault?.pointer == "/origins/0")
    }

    @Test(
        "Every name in braces is known where it stands",
        arguments: [
            (["credential": ["in": "header", "name": "X", "format": "{token}"]], "/credential/format"),
            (["credential": ["in": "header", "name": "X", "format": "plain"]], "/credential/format"),
            (["credential": ["in": "header", "name": "X", "format": "{value} {value}"]], "/credential/format"),
            (["parts": twoParts, "credential": ["in": "basic", "format": "{value}:"]], "/credential/format"),
            (["parts": twoParts, "credential": [["in": "basic", "format": "{id}:{nope}"]]], "/credential/0/format"),
            (["origins": ["https://{shop}.a.example"]], "/origins/0"),
            (["test": ["method": "GET", "path": "/{shop}", "expect": [200], "dead": []]], "/test/path"),
            (["test": ["method": "GET", "path": "/{value}", "expect": [200], "dead": []]], "/test/path"),
            (["environment": ["A": "{value}"]], "/environment/A"), (["environment": ["A": "{x}"]], "/environment/A"),
            (["reveal_environment": ["A": "{key}"]], "/reveal_environment/A"),
            (["credential": changed(digest, "key", "nope")], "/credential/key"),
            (["credential": changed(digest, "message", "{nope}")], "/credential/message"),
            (["credential": changed(digest, "headers", ["X": "{signature}{nope}"])], "/credential/headers/X"),
            (["parts": twoParts, "credential": changed(grant, "client_id", "nope")], "/credential/client_id"),
        ] as [(JSON, String)])
    func names(_ changes: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) { try read(changes) }
        #expect(fault?.pointer == pointer)
    }

    @Test(
        "Every secret part goes somewhere, and every setting stands somewhere",
        arguments: [
            (["parts": twoParts, "credential": ["in": "basic", "format": "{id}:"]], "/parts/secret"),
            (
                [
                    "parts": ["id": ["title": "Id"]], "credential": ["in": "basic", "format": "{id}:"],
                    "settings": twoParts,
                ], "/settings/id"
            ),
            (["settings": ["shop": ["title": "S"]]], "/settings/shop"),
            (["settings": ["value": ["title": "S"]]], "/settings/value"),
            (["parts": ["value": ["title": "S"]]], "/parts/value"),
            (["parts": ["base_url": ["title": "S"]]], "/parts/base_url"),
        ] as [(JSON, String)])
    func use(_ changes: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) { try read(changes) }
        #expect(fault?.pointer == pointer)
    }

    @Test(
        "Id and secret are traded at an origin of the provider alone",
        arguments: [
            "https://evil.example/token", "http://api.example/token", "https://api.example:8443/token",
            "https://api.example.evil.example/token", "https://api.example@evil.example/token", "https://api.example",
            "https://api.example/a?b", "https://api.example/a/../b", "https://{id}.api.example/token", "token",
        ])
    func token(_ url: String) {
        let fault = #expect(throws: FieldFault.self) {
            try read(["parts": twoParts, "credential": changed(grant, "token_url", .string(url))])
        }
        #expect(fault?.pointer == "/credential/token_url")
    }

    @Test(
        "Two parts of the credential do not stand in one place",
        arguments: [
            ([["in": "header", "name": "X-A"], ["in": "header", "name": "x-a"]], "/credential/1"),
            ([["in": "basic"], ["in": "header", "name": "authorization"]], "/credential/1"),
            ([["in": "query", "name": "a"], ["in": "query", "name": "a"]], "/credential/1"),
            ([["in": "path", "format": "/a{value}"], ["in": "path", "format": "/b{value}"]], "/credential/1"),
            ([["in": "body", "name": "a"], ["in": "body", "name": "a"]], "/credential/1"),
            ([digest, ["in": "header", "name": "x-signature"]], "/credential/1"),
        ] as [(JSON, String)])
    func places(_ credential: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) { try read(["credential": credential]) }
        #expect(fault?.pointer == pointer)
    }

    @Test(
        "A place that cannot carry a credential is refused",
        arguments: [
            ["in": "body"], ["in": "cookie"], ["in": "header"], ["in": "header", "name": "Host"],
            ["in": "header", "name": "X", "format": "a\nb{value}"], ["in": "basic", "format": "{value}"],
            ["in": "path", "format": "bot{value}"], ["in": "path", "format": "/bot{value}/"],
            ["in": "path", "format": "/../{value}"], ["in": "path", "format": "/a?b={value}"], ["in": "path"],
            ["in": "query", "name": "a&b"], "header", ["header"], [], [:],
            changed(digest, "headers", ["X": "{timestamp}"]), changed(digest, "headers", ["Host": "{signature}"]),
            changed(digest, "algorithm", "md5"), changed(digest, "timestamp", "now"),
        ] as [JSON])
    func slots(_ credential: JSON) {
        let fault = #expect(throws: FieldFault.self) { try read(["credential": credential]) }
        #expect(fault?.pointer.hasPrefix("/credential") == true)
    }

    @Test(
        "A test call changes nothing and carries no credential of its own",
        arguments: [
            (["method": "DELETE"], "/test/method"), (["method": "GET", "body": "x"], "/test/body"),
            (["path": "/a/../b"], "/test/path"), (["path": "a"], "/test/path"), (["path": "/a#b"], "/test/path"),
            (["path": "/a b"], "/test/path"), (["headers": ["x-key": "v"]], "/test/headers/x-key"),
            (["headers": ["Host": "v"]], "/test/headers/Host"), (["headers": ["A": "b\r\nC: d"]], "/test/headers/A"),
            (["expect": []], "/test/expect"), (["expect": [404]], "/test/expect/0"), (["dead": [200]], "/test/dead/0"),
            (["answer": ["ok": []]], "/test/answer/ok"), (["answer": ["ok": [[:]]]], "/test/answer/ok/0"),
            (["settings": ["service": "sts"]], "/test/settings"),
        ] as [(JSON, String)])
    func tests(_ changes: JSON, _ pointer: String) {
        var test: JSON = ["method": "GET", "path": "/me", "expect": [200], "dead": [401]]
        for change in changes.asObject ?? [] { test = changed(test, change.name, change.value) }
        let fault = #expect(throws: FieldFault.self) { try read(["test": test]) }
        #expect(fault?.pointer == pointer)
    }

    @Test(
        "A variable that changes what program runs is refused",
        arguments: [
            "PATH", "LD_PRELOAD", "NODE_OPTIONS", "BASH_ENV", "PYTHONSTARTUP", "BITTING_KEY", "HTTPS_PROXY", "a", "1A",
            "A B", "A=B", "", "GIT_SSH_COMMAND", "JAVA_TOOL_OPTIONS",
        ])
    func variables(_ name: String) {
        for member in ["environment", "reveal_environment"] {
            let lines = JSON.object([.init(name: name, value: "x")])
            let fault = #expect(throws: FieldFault.self) { try read(.object([.init(name: member, value: lines)])) }
            #expect(fault?.pointer == "/\(member)/\(name)")
        }
    }

    @Test("Patterns are globs; what else looks like one is text")
    func patterns() throws {
        let rule: JSON = ["methods": ["GET"], "path": "/a", "query": ["q": ["(a+)+$", "[a-z]", "a*b*c*d"]]]
        let provider = try read(["permission_sets": ["s": [rule]]])
        let values = try #require(provider.permissionSets.first?.rules.first?.query?.first?.values)
        #expect(values[0].matches(Array("(a+)+$".utf8)))
        #expect(!values[0].matches(Array("aaaa".utf8)))
        #expect(!values[1].matches(Array("a".utf8)))
        #expect(!values[2].matches(Array(String(repeating: "abcd", count: 10_000).utf8) + [0]))
        for path in ["/a/(.*)", "/a/[0-9]+", "/a/x*", "/**/b"] {
            let rules: JSON = [["methods": ["GET"], "path": .string(path)]]
            #expect(throws: FieldFault.self) { try read(["permission_sets": ["s": rules]]) }
        }
    }

    @Test(
        "The parts of a client certificate are parts, are two, and stand nowhere else",
        arguments: [
            (["certificate": "id", "private_key": "nope"], "/tls/client_certificate/private_key"),
            (["certificate": "id", "private_key": "id"], "/tls/client_certificate/private_key"),
            (["certificate": "id", "private_key": "secret"], "/tls/client_certificate"),
        ] as [(JSON, String)])
    func certificate(_ parts: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) {
            try read(["parts": twoParts, "credential": idAndSecret, "tls": ["client_certificate": parts]])
        }
        #expect(fault?.pointer == pointer)
    }
}
