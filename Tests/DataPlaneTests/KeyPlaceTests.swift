// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import TestKit
import Testing

@Suite struct KeyPlaceTests {
    @Test("a key is found in each of its places, and two different ones, or a place filled twice, are refused")
    func places() async throws {
        var maker = KeyMaker(seed: 1)
        let (one, two) = (maker.key(), maker.key())
        let (k, o) = (one.string, two.string)
        var altered = one.text
        altered[30] ^= 1
        let bad = String(decoding: altered, as: UTF8.self)
        let rows: [([String], Int)] = [
            (["Authorization: Bearer \(k)"], 200), (["authorization: bearer \(k)"], 200),
            (["AUTHORIZATION: BEARER   \(k)  "], 200),
            (["X-API-Key: \(k)"], 200), (["x-api-key:\(k)"], 200),
            (["Authorization: Basic \(LendScene.base64(k + ":"))"], 200),
            (["Authorization: Basic \(LendScene.base64(k + ":anything:else"))"], 200),
            (["Authorization: Basic \(LendScene.base64(k))"], 200),
            // The same key twice is one key.
            (["Authorization: Bearer \(k)", "X-API-Key: \(k)"], 200),
            (["X-API-Key: \(k)", "Authorization: Basic \(LendScene.base64(k + ":"))"], 200),
            // The application's own Authorization beside X-API-Key.
            (["Authorization: Bearer eyJhbGciOiJub25lIn0.e30.", "X-API-Key: \(k)"], 200),
            (["Authorization: Negotiate abc", "X-API-Key: \(k)"], 200),
            (["Authorization: Basic \(LendScene.base64("user:password"))", "X-API-Key: \(k)"], 200),
            // Two different keys.
            (["Authorization: Bearer \(k)", "X-API-Key: \(o)"], 401),
            (["X-API-Key: \(o)", "Authorization: Bearer \(k)"], 401),
            (["Authorization: Basic \(LendScene.base64(o + ":"))", "X-API-Key: \(k)"], 401),
            (["Authorization: Bearer \(k)", "X-API-Key: garbage"], 401),
            // One place twice.
            (["Authorization: Bearer \(k)", "Authorization: Bearer \(k)"], 401),
            (["X-API-Key: \(k)", "X-API-Key: \(k)"], 401),
            (["X-API-Key: \(k)", "x-api-key: \(o)"], 401),
            (["Authorization: Bearer \(k)", "Authorization: Negotiate x"], 401),
            (["X-API-Key: \(k), \(k)"], 401),
            // No key, or no place for one.
            ([], 401), (["Authorization: Bearer"], 401), (["Authorization: Bearer "], 401), (["X-API-Key:"], 401),
            (["Authorization: \(k)"], 401),
            (["Authorization: Token \(k)"], 401), (["Authorization: Basic \(LendScene.base64(":" + k))"], 401),
            (["Authorization: Basic !!!"], 401),
            (["Authorization: Basic \(k)"], 401), (["Cookie: key=\(k)"], 401), (["X-Key: \(k)"], 401),
            (["Authorization: Bearer \(bad)"], 401),
            (["X_API_Key: \(k)"], 401), (["Authorization: Bearer\(k)"], 401),
            (["Proxy-Authorization: Bearer \(k)"], 401),
            (["Authorization: Bearer \(k) x"], 401), (["Authorization: Bearer \"\(k)\""], 401),
        ]
        try await Server.with(maker.setting + [.key(one.key), .key(two.key)]) { (server) async throws in
            for (fields, status) in rows {
                let lines = fields.map { $0 + "\r\n" }.joined()
                let answer = try await server.ask("GET /v1/authorize HTTP/1.1\r\nHost: x\r\n\(lines)\r\n")
                #expect(answer.status == status, "\(fields)")
                if status == 200 { #expect(answer["x-bitting-key-id"] == one.key.id.description) }
            }
        }
    }

    @Test(
        "a key in the query of the original call counts only where its keyspace says so, once, and with no other key beside it"
    )
    func query() async throws {
        for accepts in [false, true] {
            var maker = KeyMaker(seed: 2, acceptsQueryParameter: accepts)
            let (sample, other) = (maker.key("a:b"), maker.key())
            let (k, o) = (sample.string, other.string)
            let rows: [(target: String, fields: [String], isGood: Bool)] = [
                ("/v1/authorize/x?api_key=\(k)", [], true),
                ("/v1/authorize", ["X-Original-URI: /x?a=b&api_key=\(k)"], true),
                ("/v1/authorize?scope=a:b", ["X-Original-URI: /x?api_key=\(k)"], true),
                ("/v1/authorize?scope=a%3Ab", ["X-Original-URI: /x?api_key=\(k)"], true),
                ("/v1/authorize?scope=x:y", ["X-Original-URI: /x?api_key=\(k)"], false),
                ("/v1/authorize/x?api_key=\(k)&api_key=\(o)", [], false),
                ("/v1/authorize/x?api_key=\(k)&api_key=\(k)", [], false),
                ("/v1/authorize/x?key=\(k)", [], false), ("/v1/authorize/x?api_key=\(k)x", [], false),
                ("/v1/authorize/x?api_key=", [], false),
                ("/v1/authorize?api_key=\(k)", [], false),
            ]
            try await Server.with(maker.setting + [.key(sample.key), .key(other.key)]) { (server) async throws in
                for (target, fields, isGood) in rows {
                    let lines = fields.map { $0 + "\r\n" }.joined()
                    let answer = try await server.ask("GET \(target) HTTP/1.1\r\nHost: x\r\n\(lines)\r\n")
                    #expect((answer.status == 200) == (isGood && accepts), "\(target) \(fields) \(answer)")
                    #expect(!answer.text.contains(k))
                }
            }
        }
    }
}
