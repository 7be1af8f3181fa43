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

    @Test("a key in the target is no key")
    func query() async throws {
        var maker = KeyMaker(seed: 2)
        let sample = maker.key()
        try await Server.with(maker.setting + [.key(sample.key)]) { (server) async throws in
            let answer = try await server.ask("GET /v1/authorize?key=\(sample.string) HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(answer.status == 400 || answer.status == 401)
            #expect(!answer.text.contains(sample.string))
        }
    }
}
