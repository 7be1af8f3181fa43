// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import TestKit
import Testing

@Suite struct LendSlotTests {
    /// The first line and the fields that a stand-in saw.
    private static func lines(_ request: String?) -> [String] {
        (request ?? "").split(separator: "\r\n").map(String.init)
    }

    @Test("a held key stands in its field, and nothing of the caller's credentials goes along")
    func header() async throws {
        try await LendScene.with(.field("X-Carrier-Key", "key {value}"), held: "sk_1") {
            (scene, server, standIn) async throws in
            let fields = [
                scene.bearer, "X-API-Key: \(scene.sample.string)", "Cookie: a=b", "Proxy-Authorization: Basic eDp5",
                "X-Carrier-Key: mine",
                "x-carrier-key: mine too", "X_Carrier_Key: mine", "X-Forwarded-For: 1.2.3.4", "Accept: text/plain",
            ]
            let answer = try await server.ask(scene.request("/v1/labels?a=b", fields))
            #expect(answer.status == 200 && answer.text == "done", "\(answer)")
            #expect(
                Self.lines(standIn.requests.first) == [
                    "GET /v1/labels?a=b HTTP/1.1", "Host: 127.0.0.1:\(standIn.port)", "Accept: text/plain",
                    "X-Carrier-Key: key sk_1",
                    "Accept-Encoding: identity", "Via: 1.1 bitting",
                ])
        }
    }

    @Test("a held key for Basic is encoded with its format, as user or as password")
    func basic() async throws {
        for (format, encoded) in [("{value}:", "c2tfMTo="), ("api:{value}", "YXBpOnNrXzE="), ("{value}", "c2tfMQ==")] {
            try await LendScene.with(.basic(format), held: "sk_1") { (scene, server, standIn) async throws in
                #expect(try await server.ask(scene.request("/", [scene.bearer])).status == 200)
                #expect(Self.lines(standIn.requests.first).contains("Authorization: Basic \(encoded)"))
            }
        }
    }

    @Test("a held key in the query is encoded, and every writing of its parameter by the caller is stripped")
    func query() async throws {
        let ours = "api_key=held%20value%26%3D%2F%2B%C3%A9"
        let rows: [(String, String)] = [
            ("", ours), ("?", ours), ("?a=b", "a=b&\(ours)"), ("?api_key=evil", ours), ("?API_KEY=evil", ours),
            ("?api_key", ours),
            ("?api_key=evil&api_key=worse", ours), ("?a=b&api_key=evil&c=d", "a=b&c=d&\(ours)"),
            ("?api%5Fkey=evil", ours), ("?api%5fkey=evil", ours),
            ("?%61pi_key=evil", ours), ("?api_key[]=evil", ours), ("?api_key%5B%5D=evil", ours),
            ("?api_key[a]=evil", ours), ("?api_key%5b0]=evil", ours),
            ("?a=b;api_key=evil", ours), ("?a=b%3Bapi_key=evil", ours), ("?api_key;a=b", ours),
            ("?;api_key=evil", ours),
            // Escapes that one parser refuses and another takes as they are.
            ("?api%5Fkey=evil%zz", ours), ("?api%5Fkey=%", ours), ("?%zz;api%5Fkey=evil", ours),
            ("?api%5Fkey=%u0041", ours),
            // Names that servers of the PHP kind read as this one.
            ("?%20api_key=evil", ours), ("?+api_key=evil", ours), ("?api.key=evil", ours), ("?api%20key=evil", ours),
            ("?api+key=evil", ours),
            ("?api_key%00=evil", ours), ("?api_key%00x=evil", ours), ("?api[key=evil", ours),
            // What only looks like it stays.
            ("?my_api_key=x", "my_api_key=x&\(ours)"), ("?api_keys=x", "api_keys=x&\(ours)"),
            ("?q=api_key", "q=api_key&\(ours)"),
            ("?q=100%&b=c", "q=100%&b=c&\(ours)"), ("?a=b&&c=d", "a=b&c=d&\(ours)"), ("?=x", "=x&\(ours)"),
        ]
        try await LendScene.with(.parameter("api_key")) { (scene, server, standIn) async throws in
            for (query, sent) in rows {
                let before = standIn.requests.count
                let answer = try await server.ask(scene.request("/v1" + query, [scene.bearer]))
                #expect(answer.status == 200, "\(query) \(answer)")
                #expect(standIn.requests.count == before + 1)
                #expect(Self.lines(standIn.requests.last).first == "GET /v1?\(sent) HTTP/1.1", "\(query)")
            }
        }
    }

    @Test("a provider's own place for its key may hold the Bitting key, and it does not go along")
    func vendorPlace() async throws {
        try await LendScene.with(.field("X-Carrier-Key"), held: "sk_1") { (scene, server, standIn) async throws in
            #expect(try await server.ask(scene.request("/", ["X-Carrier-Key: \(scene.sample.string)"])).status == 200)
            #expect(
                try await server.ask(scene.request("/", ["x-carrier-key: Token \(scene.sample.string)"])).status == 200)
            #expect(
                standIn.requests.count == 2
                    && standIn.requests.allSatisfy { !$0.contains(scene.sample.string) && $0.contains(": sk_1\r\n") })
        }
        try await LendScene.with(.parameter("api_key"), held: "sk_1") { (scene, server, standIn) async throws in
            #expect(try await server.ask(scene.request("/?a=b&api_key=\(scene.sample.string)", [])).status == 200)
            #expect(Self.lines(standIn.requests.first).first == "GET /?a=b&api_key=sk_1 HTTP/1.1")
        }
        try await LendScene.with(.basic("api:{value}"), held: "sk_1") { (scene, server, standIn) async throws in
            let pair = LendScene.base64("api:\(scene.sample.string)")
            #expect(try await server.ask(scene.request("/", ["Authorization: Basic \(pair)"])).status == 200)
            #expect(Self.lines(standIn.requests.first).contains("Authorization: Basic YXBpOnNrXzE="))
        }
    }

    @Test(
        "a Bitting key in a place that is neither usual nor the provider's is refused, and so is a second one beside the first"
    )
    func wrongPlace() async throws {
        try await LendScene.with(.field("X-Carrier-Key"), held: "sk_1") { (scene, server, standIn) async throws in
            let (k, o) = (scene.sample.string, scene.stranger.string)
            let rows: [(String, [String])] = [
                ("/", []), ("/", ["X-Other: \(k)"]), ("/?api_key=\(k)", []), ("/", ["Cookie: s=\(k)"]),
                ("/", ["Authorization: Basic \(LendScene.base64("u:" + k))"]),
                ("/", [scene.bearer, "X-Other: \(o)"]), ("/", [scene.bearer, "X-Carrier-Key: \(o)"]),
                ("/?x=\(o)", [scene.bearer]),
                ("/", [scene.bearer, "X-API-Key: \(o)"]), ("/", ["X-Carrier-Key: \(k)", "X-Other: \(o)"]),
                // The same key where it would be handed on to the provider.
                ("/", [scene.bearer, "X-Other: \(k)"]), ("/?x=\(k)", [scene.bearer]),
                ("/", ["X-Carrier-Key: \(k)", "X-Other: \(k)"]),
            ]
            for (target, fields) in rows {
                let answer = try await server.ask(scene.request(target, fields))
                #expect(answer.status == 401 && answer["x-bitting-error"] == "unknown", "\(target) \(fields)")
            }
            #expect(standIn.requests.isEmpty)
            #expect(try await server.ask(scene.request("/", [scene.bearer, "X-Carrier-Key: \(k)"])).status == 200)
            #expect(standIn.requests.allSatisfy { !$0.contains(k) })
        }
    }
}

extension LendScene {
    /// Base 64 as RFC 4648 writes it.
    static func base64(_ text: String) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        let bytes = Array(text.utf8)
        var encoded: [UInt8] = []
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for digit in 0..<4 {
                encoded.append(digit <= group.count ? alphabet[Int(bits >> UInt32(18 - 6 * digit) & 63)] : 0x3D)
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
