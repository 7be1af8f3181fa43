// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import IssuedKeys
import Secrets
import TestKit
import Testing
import Tokens
import Wire

/// Trading keys for tokens, and showing tokens instead of keys.
@Suite struct OAuthTests {
    private static let exchange =
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange"
        + "&subject_token_type=urn:ietf:params:oauth:token-type:access_token"

    /// A mint whose key signs by the real clock, which the server goes by.
    private static func mint() throws -> Mint {
        var random = Seeded(9)
        let mint = Mint(issuer: "https://keys.test", algorithm: .edDSA)
        let made = TokenSigningKey(.edDSA, seed: Secret(count: 32, using: &random))
        let signing = try #require(made)
        let start = Instant(milliseconds: 0)
        mint.apply(
            .key(
                TokenKey(
                    id: TokenKeyID(at: start, using: &random), verifying: signing.verifying, createdAt: start,
                    signsFrom: start), signing))
        return mint
    }

    private static func post(_ path: String, _ form: String, _ fields: String = "") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\(fields)"
            + "Content-Length: \(form.utf8.count)\r\n\r\n\(form)"
    }

    private static func authorize(_ token: String, _ query: String = "", _ fields: String = "") -> String {
        "GET /v1/authorize\(query) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(token)\r\n\(fields)\r\n"
    }

    private static func trade(_ server: Server, _ key: String, _ more: String = "") async throws -> JSON {
        let answer = try await server.ask(post("/oauth/token", exchange + "&subject_token=\(key)" + more))
        return try JSON.parse(answer.body)
    }

    @Test("a token does what its key does, within its scopes, and tells whose it is")
    func narrower() async throws {
        var maker = KeyMaker(seed: 1)
        let sample = maker.key("labels:* orders:read")
        try await Server.with(maker.setting + [.key(sample.key)], mint: try Self.mint()) { (server) async throws in
            let made = try await Self.trade(server, sample.string, "&scope=labels:create")
            let token = try #require(made["access_token"]?.asString)
            #expect(made["scope"]?.asString == "labels:create" && made["token_type"]?.asString == "Bearer")
            #expect(made["expires_in"]?.asInteger == 900)
            let allowed = try await server.ask(Self.authorize(token, "?scope=labels:create"))
            #expect(allowed.status == 200)
            #expect(allowed["x-bitting-key-id"] == sample.key.id.description)
            #expect(allowed["x-bitting-scopes"] == "labels:create")
            for needed in ["orders:read", "labels:delete", "orders:read+OR+labels:delete"] {
                let refused = try await server.ask(Self.authorize(token, "?scope=\(needed)"))
                #expect(refused.status == 403, "\(needed)")
            }
            // What the key loses, the token loses.
            var narrowed = sample.key
            narrowed.scopes = ScopeSet([.of("orders", "read")])
            server.index.apply([.key(narrowed)])
            #expect(try await server.ask(Self.authorize(token, "?scope=labels:create")).status == 403)
        }
    }

    @Test("a token dies with its key, with its secret, and with its owner's lock", arguments: 0..<4)
    func dies(how: Int) async throws {
        var maker = KeyMaker(seed: 2)
        let sample = maker.key("a:b")
        try await Server.with(maker.setting + [.key(sample.key)], mint: try Self.mint()) { (server) async throws in
            let token = try #require(try await Self.trade(server, sample.string)["access_token"]?.asString)
            #expect(try await server.ask(Self.authorize(token)).status == 200)
            var key = sample.key
            switch how {
            case 0:
                key.state = .revoked(Revocation(at: FixedTime.start, reason: .compromised, note: nil))
                server.index.apply([.key(key)])
            case 1:
                key.state = .disabled
                server.index.apply([.key(key)])
            case 2: server.index.apply([.forget(key.secrets[0].digest)])
            default: server.index.apply([.owner(.app(maker.app), account: maker.account, isLocked: true)])
            }
            #expect(try await server.ask(Self.authorize(token)).status == 401)
        }
    }

    @Test(
        "no more is given than is shown",
        arguments: [
            ("&scope=orders:write", "invalid_scope"), ("&scope=*:*", "invalid_scope"),
            ("&scope=nonsense", "invalid_scope"),
            ("&expires_in=3601", "invalid_request"), ("&expires_in=0", "invalid_request"),
            ("&expires_in=x", "invalid_request"), ("&audience=other", "invalid_target"),
            ("&audience=acme&resource=x", "invalid_target"), ("&actor_token=x", "invalid_request"),
            ("&requested_token_type=urn:ietf:params:oauth:token-type:refresh_token", "invalid_request"),
            ("&scope=a:b&scope=c:d", "invalid_request"), ("&scope=%zz", "invalid_request"),
        ])
    func refused(more: String, code: String) async throws {
        var maker = KeyMaker(seed: 3)
        let sample = maker.key("labels:* orders:read")
        try await Server.with(maker.setting + [.key(sample.key)], mint: try Self.mint()) { (server) async throws in
            let answer = try await server.ask(
                Self.post("/oauth/token", Self.exchange + "&subject_token=\(sample.string)" + more))
            #expect(answer.status == 400)
            #expect(try JSON.parse(answer.body)["error"]?.asString == code)
            #expect(!String(decoding: answer.body, as: UTF8.self).contains(sample.string))
        }
    }

    @Test("a token traded again is never wider nor longer than itself")
    func again() async throws {
        var maker = KeyMaker(seed: 4)
        let sample = maker.key("labels:* orders:read")
        try await Server.with(maker.setting + [.key(sample.key)], mint: try Self.mint()) { (server) async throws in
            let first = try await Self.trade(server, sample.string, "&scope=labels:create&expires_in=60")
            let token = try #require(first["access_token"]?.asString)
            #expect(try await Self.trade(server, token, "&scope=orders:read")["error"]?.asString == "invalid_scope")
            #expect(try await Self.trade(server, token, "&expires_in=120")["error"]?.asString == "invalid_request")
            let second = try await Self.trade(server, token)
            #expect(try #require(second["expires_in"]?.asInteger) <= 60)
            #expect(second["scope"]?.asString == "labels:create")
        }
    }

    @Test("introspection says what is active, and of everything else nothing")
    func introspection() async throws {
        var maker = KeyMaker(seed: 5)
        let manager = maker.key("keys:verify", isManagement: true)
        let plain = maker.key("keys:read", isManagement: true)
        let sample = maker.key("a:b") { $0.expiresAt = .latest }
        let routed = maker.key("a:b") { $0.allowedRoutes = [.of(["POST"], "/labels")] }
        let changes = maker.setting + [manager, plain, sample, routed].map { .key($0.key) }
        try await Server.with(changes, mint: try Self.mint()) { (server) async throws in
            func ask(_ token: String, by key: String?, _ more: String = "") async throws -> (Int, JSON) {
                let field = key.map { "Authorization: Bearer \($0)\r\n" } ?? ""
                let answer = try await server.ask(Self.post("/oauth/introspect", "token=\(token)\(more)", field))
                return (answer.status, try JSON.parse(answer.body))
            }
            let (status, active) = try await ask(sample.string, by: manager.string)
            #expect(status == 200 && active["active"] == .bool(true))
            #expect(active["client_id"]?.asString == sample.key.id.description && active["scope"]?.asString == "a:b")
            #expect(active["exp"]?.asInteger == Instant.latest.milliseconds / 1000)
            let token = try #require(try await Self.trade(server, sample.string)["access_token"]?.asString)
            let (_, traded) = try await ask(token, by: manager.string)
            #expect(traded["active"] == .bool(true) && traded["jti"]?.asString?.hasPrefix("tok_") == true)
            for other in ["nothing", routed.string, token + "x"] {
                let (status, answer) = try await ask(other, by: manager.string)
                #expect(status == 200 && answer == ["active": false])
            }
            #expect(
                try await ask(routed.string, by: manager.string, "&method=POST&path=/labels").1["active"]
                    == .bool(true))
            #expect(try await ask(sample.string, by: nil).0 == 401)
            #expect(try await ask(sample.string, by: "wrong").0 == 401)
            #expect(try await ask(sample.string, by: plain.string).0 == 403)
        }
    }

    @Test("the client's key may be the password of Basic, or its secret in the form")
    func clients() async throws {
        var maker = KeyMaker(seed: 6)
        let sample = maker.key("a:b")
        try await Server.with(maker.setting + [.key(sample.key)], mint: try Self.mint()) { (server) async throws in
            let pair = Base64Text.text(Array("\(sample.key.id):\(sample.string)".utf8))
            let grant = "grant_type=client_credentials"
            let basic = try await server.ask(Self.post("/oauth/token", grant, "Authorization: Basic \(pair)\r\n"))
            let form = try await server.ask(
                Self.post("/oauth/token", grant + "&client_id=x&client_secret=\(sample.string)"))
            #expect(basic.status == 200 && form.status == 200)
            let wrong = try await server.ask(Self.post("/oauth/token", grant + "&client_secret=wrong"))
            #expect(wrong.status == 401)
            #expect(try JSON.parse(wrong.body)["error"]?.asString == "invalid_client")
            let none = try await server.ask(Self.post("/oauth/token", grant))
            #expect(none.status == 401 && none["www-authenticate"]?.contains("Basic") == true)
        }
    }

    @Test("revoking asks the house for what was shown, and for nothing where there is nothing to revoke")
    func revocation() async throws {
        var maker = KeyMaker(seed: 7)
        let sample = maker.key("a:b")
        let asked = Asked()
        let ports = OAuthPorts { held in
            await asked.add("key \(held.id)")
            return .done
        } revokeToken: { claims, _ in
            await asked.add("token \(claims.key)")
            return .refused(detail: "no", fix: "none")
        }
        try await Server.with(maker.setting + [.key(sample.key)], mint: try Self.mint(), oauth: ports) {
            (server) async throws in
            let token = try #require(try await Self.trade(server, sample.string)["access_token"]?.asString)
            for (shown, status) in [(sample.string, 200), (token, 400), ("unknown", 200)] {
                let answer = try await server.ask(Self.post("/oauth/revoke", "token=\(shown)"))
                #expect(answer.status == status)
            }
            #expect(await asked.all == ["key \(sample.key.id)", "token \(sample.key.id)"])
            #expect(
                try await server.ask(Self.post("/oauth/revoke", "token=x&token_type_hint=refresh_token")).status == 400)
        }
    }

    @Test("a principal is signed where it is wanted, says who calls, and is no key")
    func principal() async throws {
        var maker = KeyMaker(seed: 8)
        let sample = maker.key("a:b")
        let mint = try Self.mint()
        try await Server.with(maker.setting + [.key(sample.key)], mint: mint) { (server) async throws in
            let first = try await server.ask(Self.authorize(sample.string, "?principal=1"))
            let second = try await server.ask(Self.authorize(sample.string, "?principal=1"))
            let principal = try #require(first["x-bitting-principal"])
            #expect(principal.hasPrefix("eyJ") && second["x-bitting-principal"] == principal)
            #expect(try await server.ask(Self.authorize(principal)).status == 401)
            #expect(try await server.ask(Self.authorize(sample.string))["x-bitting-principal"] == "")
            let payload = try #require(Base64URL.bytes(principal.split(separator: ".")[1]))
            let claims = try JSON.parse(payload)
            #expect(claims["client_id"]?.asString == sample.key.id.description)
            #expect(claims["aud"]?.asString == "acme" && claims["scope"]?.asString == "a:b")
        }
    }

    @Test("what is no form is refused as OAuth does")
    func forms() async throws {
        let maker = KeyMaker(seed: 9)
        try await Server.with(maker.setting) { (server) async throws in
            let json =
                "POST /oauth/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                + "Content-Length: 2\r\n\r\n{}"
            #expect(try await server.ask(json).status == 415)
            let empty = try await server.ask(Self.post("/oauth/token", "a=b"))
            #expect(try JSON.parse(empty.body)["error"]?.asString == "invalid_request")
            let grant = try await server.ask(Self.post("/oauth/token", "grant_type=password"))
            #expect(try JSON.parse(grant.body)["error"]?.asString == "unsupported_grant_type")
            #expect(try await server.ask("GET /oauth/token HTTP/1.1\r\nHost: x\r\n\r\n").status == 405)
        }
    }

    private actor Asked {
        var all: [String] = []
        func add(_ what: String) { all.append(what) }
    }
}
