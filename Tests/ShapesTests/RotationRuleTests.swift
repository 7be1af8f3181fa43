// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes
import Testing
import Wire

private let minted: JSON = [
    "kind": "minted", "guide": ["Make one."], "at_once": 5,
    "own": ["method": "GET", "path": "/own", "expect": [200], "key": "/result/id"],
    "describe": ["method": "GET", "path": "/keys/{key}", "expect": [200], "take": ["scopes": "/scopes"]],
    "mint": [
        "method": "POST", "path": "/keys", "content_type": "application/json",
        "body": #"{"name":"{label}","scopes":{scopes}}"#, "expect": [201], "value": "/api_key", "key": "/api_key_id",
    ],
    "list": [
        "method": "GET", "path": "/keys", "expect": [200], "items": "/result", "key": "/api_key_id", "label": "/name",
        "more": "/next", "next": "/keys?after={more}",
    ],
    "delete": ["method": "DELETE", "path": "/keys/{key}", "expect": [204], "gone": [404]],
]

private let set: JSON = [
    "kind": "set",
    "set": [
        "method": "PUT", "path": "/password", "content_type": "application/json", "body": #"{"password":"{new}"}"#,
        "expect": [200], "length": 40,
    ],
]

/// The JSON with what stands at the way replaced; null takes it away.
private func changed(_ json: JSON, _ way: String, _ value: JSON) -> JSON {
    let steps = way.split(separator: "/").map(String.init)
    return changed(json, steps[...], value)
}

private func changed(_ json: JSON, _ way: ArraySlice<String>, _ value: JSON) -> JSON {
    guard let name = way.first else { return value }
    let inner = changed(json[name] ?? [:], way.dropFirst(), value)
    let rest = (json.asObject ?? []).filter { $0.name != name }
    return .object(rest + (inner == .null ? [] : [.init(name: name, value: inner)]))
}

private func read(_ rotation: JSON, _ others: JSON = [:]) throws(FieldFault) -> Provider {
    let plain: JSON = [
        "title": "T", "origins": ["https://api.example", "https://keys.example"],
        "credential": ["in": "header", "name": "X-Key"],
        "test": ["method": "GET", "path": "/me", "expect": [200], "dead": [401]],
    ]
    let kept = (plain.asObject ?? []).filter { others[$0.name] == nil }
    let provider = JSON.object(kept + (others.asObject ?? []) + [.init(name: "rotation", value: rotation)])
    return try Shape<Provider>.provider(named: "p", at: .latest).read(provider, "")
}

private let twoParts: JSON = [
    "parts": ["id": ["title": "Id"], "secret": ["title": "Secret"]],
    "credential": ["in": "basic", "format": "{id}:{secret}"],
]

@Suite("What a provider's rotation must say") struct RotationRuleTests {
    @Test("A minted rotation is read as it is written")
    func readMinted() throws {
        let guide = try #require(try read(minted).rotation)
        let making = try #require(guide.making)
        #expect(guide.kind == .minted && guide.atOnce == 5 && guide.setting == nil)
        #expect(making.own?.request.path == "/own" && making.own?.key.text == "/result/id")
        #expect(making.describe?.take.map(\.name) == ["scopes"] && making.describe?.take[0].asJSON == true)
        #expect(making.mint.body == #"{"name":"{label}","scopes":{scopes}}"# && making.mint.expect == [201])
        #expect(making.value.map(\.name) == ["value"] && making.key.text == "/api_key_id")
        #expect(making.rows.label?.text == "/name" && making.nextPage?.path == "/keys?after={more}")
        #expect(making.delete.method == "DELETE" && making.gone == [404])
    }

    @Test("A set rotation is read as it is written, and needs no request")
    func readSet() throws {
        let setting = try #require(try read(set).rotation?.setting)
        #expect(setting.length == 40 && setting.request.method == "PUT")
        #expect(try read(["kind": "set"], ["test": .null]).rotation?.setting == nil)
    }

    @Test(
        "Other ways of writing one are taken",
        arguments: [
            ("own", .null), ("describe/take", ["scopes": ["at": "/a", "else": "{}"]]), ("own", ["part": "value"]),
            ("own", ["part": "value", "after": "SG.", "before": "."]),
            ("mint/value", ["value": "/api_key"]), ("mint/origin", "https://keys.example"),
            ("mint/headers", ["X-Version": "1"]), ("list/items", ""), ("list/next", "{more}"),
            ("list/path", "/keys?q={label}"), ("delete/gone", .null), ("list/label", .null), ("at_once", .null),
            (
                "delete",
                [
                    "method": "POST", "path": "/revoke", "content_type": "application/x-www-form-urlencoded",
                    "body": "key={key}", "expect": [200],
                ]
            ),
        ] as [(String, JSON)])
    func taken(_ way: String, _ value: JSON) throws {
        _ = try read(changed(minted, way, value))
    }

    @Test("Pages that nothing names are numbered")
    func numbered() throws {
        let list = changed(changed(minted, "list/more", .null), "list/next", "/keys?page={page}")
        #expect(try read(list).rotation?.making?.nextPage?.path == "/keys?page={page}")
    }

    @Test(
        "What does not hold together is refused where it stands",
        arguments: [
            ("mint", .null, "/mint"), ("list", .null, "/list"), ("delete", .null, "/delete"),
            ("set", set["set"] ?? .null, "/set"), ("x", 1, "/x"), ("mint/x", 1, "/mint/x"), ("at_once", 0, "/at_once"),
            ("at_once", 10_001, "/at_once"), ("mint/method", "HEAD", "/mint/method"),
            ("mint/method", "DELETE", "/mint/body"), ("delete/body", "{key}", "/delete/body"),
            ("mint/content_type", .null, "/mint/content_type"), ("list/content_type", "a/b", "/list/content_type"),
            ("mint/path", "keys", "/mint/path"), ("mint/path", "/a/../b", "/mint/path"),
            ("mint/path", "/keys#a", "/mint/path"), ("mint/path", "{more}", "/mint/path"),
            ("mint/expect", [404], "/mint/expect/0"), ("mint/expect", [302], "/mint/expect/0"),
            ("mint/expect", [], "/mint/expect"), ("delete/gone", [200], "/delete/gone/0"),
            ("mint/origin", "https://other.example", "/mint/origin"), ("mint/origin", "x", "/mint/origin"),
            ("mint/headers", ["X-Key": "a"], "/mint/headers/X-Key"),
            ("mint/headers", ["Content-Type": "a"], "/mint/headers/Content-Type"),
            ("mint/settings", ["service": "iam"], "/mint/settings"), ("mint/value", "api_key", "/mint/value"),
            ("mint/value", ["other": "/a"], "/mint/value"), ("mint/value", [:], "/mint/value"),
            ("mint/key", "id", "/mint/key"), ("mint/path", "/keys/{key}", "/mint/path"),
            ("mint/path", "/keys/{scopes}", "/mint/path"), ("mint/body", #"{"a":"{new}"}"#, "/mint/body"),
            ("mint/body", #"{"a":"{value}"}"#, "/mint/body"), ("mint/body", #"{"a":{label}}"#, "/mint/body"),
            ("mint/body", #"{"a":"b"}"#, "/mint"), ("own/path", "/{key}", "/own/path"),
            ("own", ["part": "other"], "/own/part"), ("own", ["part": "value", "key": "/a"], "/own/key"),
            ("describe/path", "/keys", "/describe"), ("describe/path", "/{label}", "/describe/path"),
            ("describe/take", ["label": "/a"], "/describe/take/label"),
            ("describe/take", ["scopes": ["at": "/a", "else": "{"]], "/describe/take/scopes/else"),
            ("describe/take", ["scopes": ["at": "/a"]], "/describe/take/scopes/else"),
            ("describe/take", ["A": "/a"], "/describe/take/A"), ("delete/path", "/keys", "/delete"),
            ("delete/path", "/{scopes}", "/delete/path"), ("list/path", "/{key}", "/list/path"),
            ("list/next", .null, "/list/next"), ("list/next", "/keys", "/list/next"),
            ("list/next", "/keys?page={page}", "/list/next"), ("list/items", "result", "/list/items"),
            ("list/key", "/1/2/3/4/5/6/7/8/9/10/11", "/list/key"),
        ] as [(String, JSON, String)])
    func refused(_ way: String, _ value: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) { try read(changed(minted, way, value)) }
        #expect(fault?.pointer == "/rotation\(pointer)")
        #expect(fault?.fix.isEmpty == false)
    }

    @Test(
        "Of a value that we choose nothing goes into a path, and its length is bounded",
        arguments: [
            ("set/path", "/{new}", "/set/path"), ("set/length", 15, "/set/length"), ("set/length", 129, "/set/length"),
            ("set/body", "{}", "/set"), ("set/body", #"{"a":{new}}"#, "/set/body"),
            ("mint", minted["mint"] ?? .null, "/mint"),
            ("set/length", .null, "/set/length"),
        ] as [(String, JSON, String)])
    func refusedSet(_ way: String, _ value: JSON, _ pointer: String) {
        let fault = #expect(throws: FieldFault.self) { try read(changed(set, way, value)) }
        #expect(fault?.pointer == "/rotation\(pointer)")
    }

    @Test("By hand nothing is asked of the provider")
    func byHand() {
        for name in ["own", "describe", "mint", "list", "delete"] {
            let fault = #expect(throws: FieldFault.self) {
                try read(
                    .object([.init(name: "kind", value: "by_hand"), .init(name: name, value: minted[name] ?? .null)]))
            }
            #expect(fault?.pointer == "/rotation/\(name)")
        }
    }

    @Test("Whether a new key works has to be seen by a test")
    func needsTest() {
        for rotation in [minted, set] {
            let fault = #expect(throws: FieldFault.self) { try read(rotation, ["test": .null]) }
            #expect(fault?.pointer == "/rotation")
        }
    }

    @Test("A value of parts is read part by part, and not chosen by us")
    func parts() throws {
        let way = changed(minted, "mint/value", ["id": "/sid", "secret": "/secret"])
        let making = try read(way, twoParts).rotation?.making
        #expect(making?.value.map(\.name) == ["id", "secret"])
        for value in ["/api_key", ["id": "/sid"], ["id": "/a", "secret": "/b", "value": "/c"]] as [JSON] {
            let fault = #expect(throws: FieldFault.self) { try read(changed(minted, "mint/value", value), twoParts) }
            #expect(fault?.pointer == "/rotation/mint/value")
        }
        let fault = #expect(throws: FieldFault.self) { try read(set, twoParts) }
        #expect(fault?.pointer == "/rotation/set")
    }

    @Test("Settings stand in requests, and what is taken has none of their names")
    func settings() throws {
        let others: JSON = ["settings": ["site": ["title": "Site"]]]
        let inPath = changed(minted, "list/path", "/{site}/keys")
        #expect(try read(inPath, others).settings.map(\.name) == ["site"])
        let own = changed(inPath, "mint/settings", ["site": "iam"])
        #expect(try read(own, others).rotation?.making?.mint.settings.map(\.value) == ["iam"])
        let taken = changed(changed(inPath, "describe/take", ["site": "/a"]), "mint/body", #"{"n":"{label}"}"#)
        let fault = #expect(throws: FieldFault.self) { try read(taken, others) }
        #expect(fault?.pointer == "/rotation/describe/take/site")
    }
}
