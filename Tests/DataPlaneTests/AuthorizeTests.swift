// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import TestKit
import Testing
import Wire

@Suite struct AuthorizeTests {
    private static let identity = [
        "x-bitting-key-id", "x-bitting-owner-type", "x-bitting-owner-id", "x-bitting-account", "x-bitting-keyspace",
        "x-bitting-environment", "x-bitting-scopes", "x-bitting-principal",
    ]

    private static func request(_ key: String, query: String = "", _ fields: String = "", method: String = "GET")
        -> String
    {
        "\(method) /v1/authorize\(query) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n\(fields)\r\n"
    }

    @Test("a key that is good is answered with every identity header, filled or empty, once each", arguments: 0..<3)
    func identity(kind: Int) async throws {
        var maker = KeyMaker(seed: 1)
        let owner: OwnerID = [.account(maker.account), .app(maker.app), .user(maker.user)][kind]
        let bare = maker.key("") { $0 = $0.with(owner: owner) }
        let scoped = maker.key("b:c a:b") { $0 = $0.with(owner: owner) }
        try await Server.with(maker.setting + [.key(bare.key), .key(scoped.key)]) { (server) async throws in
            for (sample, scopes) in [(bare, ""), (scoped, "a:b b:c")] {
                let answer = try await server.ask(Self.request(sample.string))
                #expect(answer.status == 200 && answer.body == [])
                #expect(answer.fields.map(\.name).filter { $0.hasPrefix("x-bitting") } == Self.identity)
                #expect(
                    Self.identity.map { answer[$0] } == [
                        sample.key.id.description, owner.type.rawValue, owner.description, maker.account.description,
                        "acme", "live",
                        scopes, "",
                    ])
            }
        }
    }

    @Test("every refusal has its status, code and challenge, and names no identity")
    func refusals() async throws {
        var maker = KeyMaker(seed: 2)
        let end = Instant(milliseconds: 1000)
        let revoked = maker.key { $0.state = .revoked(Revocation(at: end, reason: .other, note: nil)) }
        let disabled = maker.key { $0.state = .disabled }
        let early = maker.key { $0.notBefore = .latest }
        let expired = maker.key { $0.expiresAt = end }
        let user = maker.user
        let locked = maker.key { $0 = $0.with(owner: .user(user)) }
        let elsewhere = maker.key { $0.allowedAddresses = [.of("198.51.100.0/24")] }
        let routed = maker.key { $0.allowedRoutes = [.of(["POST"], "/labels")] }
        let good = maker.key("labels:create")
        let stranger = maker.key()
        var altered = good.text
        altered[20] ^= 1
        let known = [revoked, disabled, early, expired, locked, elsewhere, routed, good]
        let lock = KeyChange.owner(.user(maker.user), account: maker.account, isLocked: true)
        let rows: [(key: String, query: String, status: Int, code: String, error: String?)] = [
            (String(decoding: altered, as: UTF8.self), "", 401, "unknown", "invalid_token"),
            (stranger.string, "", 401, "unknown", "invalid_token"),
            ("x", "", 401, "unknown", "invalid_token"), (revoked.string, "", 401, "revoked", "invalid_token"),
            (disabled.string, "", 401, "disabled", "invalid_token"),
            (early.string, "", 401, "disabled", "invalid_token"),
            (expired.string, "", 401, "expired", "invalid_token"), (locked.string, "", 401, "locked", "invalid_token"),
            (elsewhere.string, "", 403, "address_denied", nil), (routed.string, "", 403, "route_denied", nil),
            (good.string, "?scope=labels:read", 403, "insufficient_scope", "insufficient_scope"),
            (good.string, "?scope=labels", 400, "invalid_parameter", nil),
        ]
        try await Server.with(maker.setting + known.map { .key($0.key) } + [lock]) { (server) async throws in
            for row in rows {
                let answer = try await server.ask(Self.request(row.key, query: row.query))
                #expect(answer.status == row.status && answer.code == row.code, "\(row)")
                #expect(answer["content-type"] == "application/problem+json")
                #expect(answer["www-authenticate"] == row.error.map { "Bearer realm=\"bitting\", error=\"\($0)\"" })
                #expect(!answer.fields.contains { $0.name.hasPrefix("x-bitting") })
                #expect(answer.json?["fix"]?.asString?.isEmpty == false)
                #expect(!answer.text.contains(row.key) || row.key == "x")
            }
        }
    }

    @Test("a malformed key and an unknown one cannot be told apart by their holder")
    func sameAnswer() async throws {
        var maker = KeyMaker(seed: 3)
        let stranger = maker.key()
        try await Server.with(maker.setting) { (server) async throws in
            let one = try await server.ask(Self.request(stranger.string))
            let two = try await server.ask(Self.request("nonsense"))
            #expect(one.status == two.status && one.text == two.text)
            #expect(one.fields.map { "\($0)" } == two.fields.map { "\($0)" })
        }
    }

    @Test("a scope in the query is read with its escapes, a query that is not understood is refused")
    func scopes() async throws {
        var maker = KeyMaker(seed: 4)
        let sample = maker.key("labels:create orders:read")
        let rows: [(String, Int)] = [
            ("?scope=labels:create", 200), ("?scope=labels:create+AND+orders:read", 200),
            ("?scope=labels:create%20AND%20orders:read", 200), ("?scope=labels%3Acreate", 200),
            ("?scope=labels:create%20OR%20a:b", 200),
            ("?scope=%28labels:create%29", 200), ("?scope=labels:create&status=nginx", 200),
            ("?status=nginx&scope=labels:create", 200),
            ("?principal=1", 200), ("?", 200), ("", 200), ("?scope=labels:create+AND+a:b", 403),
            ("?scope=a:b&status=nginx", 403),
            ("?scope=", 400), ("?scope", 400), ("?scope=labels:create&scope=labels:create", 400),
            ("?scope=labels:create%2", 400),
            ("?scope=labels:create%zz", 400), ("?scope=labels:create%20AND", 400), ("?Scope=labels:create", 400),
            ("?scop=a:b", 400),
            ("?status=apache", 400), ("?scope=labels:create;x", 400), ("?%73cope=labels:create", 400),
            ("?scope=labels:create%00", 400),
        ]
        try await Server.with(maker.setting + [.key(sample.key)]) { (server) async throws in
            for (query, status) in rows {
                #expect(try await server.ask(Self.request(sample.string, query: query)).status == status, "\(query)")
            }
        }
    }

    @Test(
        "any method is answered, HEAD without a body whatever the verdict",
        arguments: ["GET", "POST", "HEAD", "DELETE", "PURGE", "OPTIONS"])
    func methods(method: String) async throws {
        var maker = KeyMaker(seed: 5)
        let (good, bad) = (maker.key(), maker.key())
        try await Server.with(maker.setting + [.key(good.key)]) { (server) async throws in
            let client = try await Client(port: server.port)
            for (sample, status) in [(good, 200), (bad, 401), (good, 200)] {
                try await client.send(Self.request(sample.string, method: method))
                let answer = try await client.answer(toHead: method == "HEAD")
                #expect(answer.status == status)
                #expect(answer["content-length"] != nil)
            }
            client.close()
        }
    }

    @Test("an accepted call is counted once, a refused one is not")
    func counted() async throws {
        var maker = KeyMaker(seed: 6)
        let sample = maker.key("a:b")
        try await Server.with(maker.setting + [.key(sample.key)]) { (server) async throws in
            for query in ["", "?scope=a:b", "?scope=x:y", "?scope=", "?scope=a:b"] {
                _ = try await server.ask(Self.request(sample.string, query: query))
            }
            #expect(server.index.takeUses().map(\.count) == [3])
            #expect(server.metrics.contains("bitting_verdicts_total{route=\"authorize\",code=\"valid\"} 3\n"))
            #expect(
                server.metrics.contains("bitting_verdicts_total{route=\"authorize\",code=\"insufficient_scope\"} 1\n"))
        }
    }
}

extension Key {
    /// The same key in other hands.
    func with(owner: OwnerID) -> Key {
        Key(
            id: id, keyspace: keyspace, owner: owner, account: account, name: name, scopes: scopes, state: state,
            expiresAt: expiresAt, notBefore: notBefore, allowedAddresses: allowedAddresses,
            allowedRoutes: allowedRoutes,
            boundAccounts: boundAccounts, metadata: metadata, hint: hint, secrets: secrets, createdAt: createdAt,
            updatedAt: updatedAt, revision: revision)
    }
}
