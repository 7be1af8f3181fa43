// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Secrets
import TestKit
import Testing
import Wire

@Suite struct RetiringNoticeTests {
    private static let deprecation = "@1769850000"
    private static let sunset = "Fri, 31 Dec 9999 23:59:59 GMT"

    /// The key with one more secret, that retires since ``FixedTime/start``.
    private static func retiring(_ sample: SampleKey, _ text: [UInt8], until end: Instant = .latest) -> Key {
        var key = sample.key
        key.secrets.append(
            KeySecret(
                digest: Digest(of: text.span), role: .retiring, createdAt: FixedTime.start, graceExpiresAt: end,
                retiringSince: FixedTime.start))
        return key
    }

    @Test("whoever shows a retiring secret to authorize is told since when and until when; others are not")
    func authorize() async throws {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key("a:b")
        let old = maker.secretText()
        let key = Self.retiring(sample, old)
        try await Server.with(maker.setting + [.key(key)]) { (server) async throws in
            for (text, expected) in [(old, [Self.deprecation, Self.sunset]), (sample.text, [])] {
                let answer = try await server.ask(
                    "GET /v1/authorize HTTP/1.1\r\nHost: x\r\nX-API-Key: \(String(decoding: text, as: UTF8.self))\r\n\r\n"
                )
                #expect(answer.status == 200)
                #expect([answer["deprecation"], answer["sunset"]].compactMap { $0 } == expected)
                #expect(answer["x-bitting-key-id"] == key.id.description && answer["x-bitting-principal"] == "")
            }
        }
    }

    @Test("the sunset that is told is never after the key's own expiry")
    func expiryFirst() async throws {
        var maker = KeyMaker(seed: 1)
        var sample = maker.key()
        let old = maker.secretText()
        sample.key.expiresAt = Instant("9998-01-01T00:00:00Z")
        let key = Self.retiring(sample, old)
        try await Server.with(maker.setting + [.key(key)]) { (server) async throws in
            let text = String(decoding: old, as: UTF8.self)
            let answer = try await server.ask("GET /v1/authorize HTTP/1.1\r\nHost: x\r\nX-API-Key: \(text)\r\n\r\n")
            #expect(answer["sunset"] == "Thu, 01 Jan 9998 00:00:00 GMT")
        }
    }

    @Test(
        "a lent answer tells it too, beside what the provider says, and never twice",
        arguments: [
            ("", deprecation, sunset), ("Deprecation: @1\r\n", "@1", sunset),
            ("sunset: later\r\n", deprecation, "later"),
            ("Sunset: later\r\nDeprecation: @1\r\n", "@1", "later"),
        ])
    func lent(provider: String, deprecation: String, sunset: String) async throws {
        let reply = StandIn.Reply(pieces: ["HTTP/1.1 200 OK\r\n\(provider)Content-Length: 2\r\n\r\nok"], closes: false)
        try await LendScene.with(.bearer(), reply: reply) { (scene, server, _) async throws in
            var maker = KeyMaker(seed: 99)
            let old = maker.secretText()
            server.index.apply([.key(Self.retiring(scene.sample, old))])
            let bearer = "Authorization: Bearer \(String(decoding: old, as: UTF8.self))"
            let answer = try await server.ask(scene.request("/", [bearer]))
            #expect(answer.status == 200 && answer.text == "ok")
            #expect(answer["deprecation"] == deprecation && answer["sunset"] == sunset)
            guard provider.isEmpty else { return }
            let current = try await server.ask(scene.request("/", [scene.bearer]))
            #expect(current["deprecation"] == nil && current["sunset"] == nil)
        }
    }

    @Test("verify names the secret that was shown, and when a retiring one ends")
    func verify() async throws {
        var scene = VerifyScene()
        let old = scene.maker.secretText()
        let key = Self.retiring(scene.sample, old)
        let changes = scene.changes + [.key(key)]
        try await Server.with(changes) { [scene] (server) async throws in
            let text = String(decoding: old, as: UTF8.self)
            let retiring = try await server.ask(scene.post("{\"key\":\"\(text)\"}"))
            #expect(retiring.json?["secret"] == "retiring")
            #expect(retiring.json?["grace_expires_at"] == "9999-12-31T23:59:59.999Z")
            let current = try await server.ask(scene.post("{\"key\":\"\(scene.sample.string)\"}"))
            #expect(current.json?["secret"] == "current" && current.json?["grace_expires_at"] == .null)
        }
    }

    @Test("a retired secret is answered as expired, so that whoever still has it learns why")
    func retired() async throws {
        var scene = VerifyScene()
        let old = scene.maker.secretText()
        var key = Self.retiring(scene.sample, old)
        key.secrets[1].role = .retired
        let changes = scene.changes + [.key(key)]
        try await Server.with(changes) { [scene] (server) async throws in
            let text = String(decoding: old, as: UTF8.self)
            let answer = try await server.ask(scene.post("{\"key\":\"\(text)\"}"))
            #expect(answer.json?["valid"] == false && answer.code == "expired")
            #expect(answer.json?["key_id"]?.asString == key.id.description)
        }
    }
}
