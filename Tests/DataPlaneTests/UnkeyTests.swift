// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import TestKit
import Testing
import Wire

/// `POST /v2/keys.verifyKey`, as software written for Unkey asks.
@Suite struct UnkeyTests {
    private static let path = "/v2/keys.verifyKey"

    private static func data(_ answer: Answer) -> JSON? { answer.json?["data"] }
    private static func code(_ answer: Answer) -> String? { data(answer)?["code"]?.asString }

    @Test("a good key is described in Unkey's shape, with its permissions in dots and its account's external id")
    func whole() async throws {
        var scene = VerifyScene()
        let key = scene.maker.key("documents:read admin:* api.v1:read") { key in
            key.metadata = "{\"plan\":\"pro\"}"
            key.expiresAt = .latest
        }
        let account = KeyChange.owner(
            .account(scene.maker.account), account: scene.maker.account, isLocked: false, externalID: "user_7\"")
        try await Server.with(scene.changes + [account, .key(key.key)]) { [scene] (server) async throws in
            let answer = try await server.ask(scene.post("{\"key\":\"\(key.string)\"}", to: Self.path))
            #expect(answer.status == 200 && answer["content-type"] == "application/json")
            #expect(answer.json?["meta"]?["requestId"]?.asString?.hasPrefix("req_") == true)
            #expect(
                Self.data(answer) == [
                    "valid": true, "code": "VALID", "keyId": .string(key.key.id.description), "name": "sample",
                    "meta": ["plan": "pro"], "expires": .integer(Instant.latest.milliseconds), "enabled": true,
                    "permissions": ["admin.*", "api.v1.read", "documents.read"], "roles": [],
                    "identity": ["id": .string(scene.maker.app.description), "externalId": "user_7\""],
                    "ratelimits": [],
                ])
        }
    }

    @Test("every outcome has Unkey's code, and of a key that is not found nothing is told")
    func codes() async throws {
        var scene = VerifyScene()
        let end = Instant(milliseconds: 1000)
        let revoked = scene.maker.key { $0.state = .revoked(Revocation(at: end, reason: .other, note: nil)) }
        let disabled = scene.maker.key { $0.state = .disabled }
        let expired = scene.maker.key { $0.expiresAt = end }
        let user = scene.maker.user
        let locked = scene.maker.key { $0 = $0.with(owner: .user(user)) }
        let stranger = scene.maker.key()
        let lock = KeyChange.owner(.user(user), account: scene.maker.account, isLocked: true)
        let known = [revoked, disabled, expired, locked].map { KeyChange.key($0.key) }
        let rows: [(key: String, permissions: String, code: String)] = [
            (stranger.string, "", "NOT_FOUND"), ("x", "", "NOT_FOUND"), (revoked.string, "", "NOT_FOUND"),
            (disabled.string, "", "DISABLED"), (locked.string, "", "DISABLED"), (expired.string, "", "EXPIRED"),
            (scene.routed.string, "", "FORBIDDEN"), (scene.sample.string, "labels.create", "VALID"),
            (scene.sample.string, "labels:create AND (users.view OR orders.read)", "VALID"),
            (scene.sample.string, "labels.create and orders.read", "VALID"),
            (scene.sample.string, "labels", "INSUFFICIENT_PERMISSIONS"),
            (scene.sample.string, "labels.create AND users.view", "INSUFFICIENT_PERMISSIONS"),
        ]
        try await Server.with(scene.changes + known + [lock]) { [scene] (server) async throws in
            for row in rows {
                let permissions = row.permissions.isEmpty ? "null" : "\"\(row.permissions)\""
                let answer = try await server.ask(
                    scene.post("{\"key\":\"\(row.key)\",\"permissions\":\(permissions)}", to: Self.path))
                #expect(answer.status == 200 && Self.code(answer) == row.code, "\(row)")
                #expect(Self.data(answer)?["valid"]?.asBool == (row.code == "VALID"))
                #expect((Self.data(answer)?["keyId"] == nil) == (row.code == "NOT_FOUND"))
            }
        }
    }

    @Test("credits and rate limits have costs of their own, and a refused call takes neither")
    func costs() async throws {
        var scene = VerifyScene()
        let bank = Bank(Quota(amount: 10)!)
        let key = scene.maker.key { key in
            key.quota = Quota(amount: 10)
            key.limits = [
                Limit("calls", 3, .rate(per: .seconds(3600)))!, Limit("tokens", 100, .rate(per: .seconds(3600)))!,
            ]
        }
        let rows: [(members: String, code: String, credits: Int64, calls: Int64, tokens: Int64)] = [
            ("\"credits\":{\"cost\":4}", "VALID", 6, 2, 99),
            ("\"credits\":{\"cost\":0},\"ratelimits\":[{\"name\":\"Tokens\",\"cost\":59}]", "VALID", 6, 1, 40),
            ("\"ratelimits\":[{\"name\":\"tokens\",\"cost\":41}]", "RATE_LIMITED", 0, 1, 40),
            ("\"credits\":{\"cost\":7}", "USAGE_EXCEEDED", 6, 1, 40),
            ("\"ratelimits\":[{\"name\":\"tokens\",\"cost\":40},{\"name\":\"calls\",\"cost\":0}]", "VALID", 5, 1, 0),
        ]
        try await Server.with(scene.changes + [.key(key.key)], meters: bank.meters, lender: bank) { [scene] server in
            for row in rows {
                let answer = try await server.ask(
                    scene.post("{\"key\":\"\(key.string)\",\(row.members)}", to: Self.path))
                let data = try #require(Self.data(answer))
                #expect(data["code"]?.asString == row.code, "\(row)")
                if row.code != "RATE_LIMITED" { #expect(data["credits"]?.asInteger == row.credits, "\(row)") }
                let limits = data["ratelimits"]?.asArray ?? []
                #expect(limits.map { $0["name"]?.asString } == ["calls", "tokens"])
                #expect(limits.map { $0["remaining"]?.asInteger } == [row.calls, row.tokens], "\(row)")
                #expect(limits.map { $0["duration"]?.asInteger } == [3_600_000, 3_600_000])
                #expect(limits.map { $0["exceeded"]?.asBool } == [false, row.code == "RATE_LIMITED"])
            }
        }
    }

    @Test("a call may bring a limit of its own; one that nobody described is 412")
    func ownLimits() async throws {
        let scene = VerifyScene()
        let own = "{\"name\":\"heavy\",\"limit\":2,\"duration\":60000}"
        try await Server.with(scene.changes) { (server) async throws in
            for code in ["VALID", "VALID", "RATE_LIMITED"] {
                let answer = try await server.ask(
                    scene.post("{\"key\":\"\(scene.sample.string)\",\"ratelimits\":[\(own)]}", to: Self.path))
                #expect(Self.code(answer) == code)
            }
            let plain = try await server.ask(scene.post("{\"key\":\"\(scene.sample.string)\"}", to: Self.path))
            #expect(Self.code(plain) == "VALID")
            let unknown = try await server.ask(
                scene.post("{\"key\":\"\(scene.sample.string)\",\"ratelimits\":[{\"name\":\"heavy\"}]}", to: Self.path))
            #expect(unknown.status == 412)
            #expect(unknown.json?["error"]?["status"]?.asInteger == 412)
            #expect(unknown.json?["error"]?["detail"]?.asString?.contains("'heavy'") == true)
        }
    }

    @Test(
        "what cannot be read is 400 in Unkey's shape and says where",
        arguments: [
            ("{}", "body.key"), ("{\"key\":\"\"}", "body.key"), ("{\"key\":7}", "body.key"), ("[]", "body"),
            ("{", "body"),
            ("{\"key\":\"k\",\"apiId\":\"api_1\"}", "body.apiId"),
            ("{\"key\":\"k\",\"permissions\":\"\"}", "body.permissions"),
            ("{\"key\":\"k\",\"permissions\":\"a.b AND\"}", "body.permissions"),
            ("{\"key\":\"k\",\"permissions\":\"a:b:c\"}", "body.permissions"),
            ("{\"key\":\"k\",\"permissions\":\"a.b; c\"}", "body.permissions"),
            ("{\"key\":\"k\",\"credits\":{\"cost\":-1}}", "body.credits.cost"),
            ("{\"key\":\"k\",\"credits\":{\"amount\":1}}", "body.credits.amount"),
            ("{\"key\":\"k\",\"ratelimits\":[{\"cost\":1}]}", "body.ratelimits.0.name"),
            ("{\"key\":\"k\",\"ratelimits\":[{\"name\":\"a\"},{\"name\":\"A\"}]}", "body.ratelimits.1.name"),
            ("{\"key\":\"k\",\"ratelimits\":[{\"name\":\"a\",\"limit\":0,\"duration\":1000}]}", "body.ratelimits.0"),
            ("{\"key\":\"k\",\"tags\":[\"\"]}", "body.tags.0"),
            ("{\"key\":\"k\",\"migrationId\":\"\(String(repeating: "m", count: 257))\"}", "body.migrationId"),
        ])
    func unreadable(body: String, location: String) async throws {
        let scene = VerifyScene()
        try await Server.with(scene.changes) { (server) async throws in
            let answer = try await server.ask(scene.post(body, to: Self.path))
            #expect(answer.status == 400 && answer["content-type"] == "application/json")
            #expect(answer.json?["meta"]?["requestId"] != nil)
            #expect(
                answer.json?["error"]?["errors"]?.asArray?.first?["location"]?.asString?.hasPrefix(location) == true)
        }
    }

    @Test("the caller shows a key that may verify; errors have Unkey's shape")
    func caller() async throws {
        let scene = VerifyScene()
        let body = "{\"key\":\"\(scene.sample.string)\"}"
        let rows: [(request: String, status: Int)] = [
            (scene.post(body, to: Self.path, key: scene.sample.string), 403),
            (scene.post(body, to: Self.path, key: "nothing"), 401),
            (scene.post(body, to: Self.path, type: "text/plain"), 415),
            ("POST \(Self.path) HTTP/1.1\r\nHost: x\r\n\r\n", 411),
        ]
        try await Server.with(scene.changes) { (server) async throws in
            for row in rows {
                let answer = try await server.ask(row.request)
                #expect(answer.status == row.status)
                #expect(answer.json?["error"]?["status"]?.asInteger == Int64(row.status))
                #expect(answer.json?["error"]?["title"]?.asString?.isEmpty == false)
                #expect(!answer.text.contains(scene.sample.string))
            }
        }
    }

    @Test("a call waits for a lease of its credits like any other, and spends exactly what there is")
    func leases() async throws {
        var scene = VerifyScene()
        let bank = Bank(Quota(amount: 3)!)
        let key = scene.maker.key { $0.quota = Quota(amount: 3) }
        try await Server.with(scene.changes + [.key(key.key)], meters: bank.meters, lender: bank) { [scene] server in
            var codes: [String?] = []
            for _ in 0..<5 {
                codes.append(
                    Self.code(try await server.ask(scene.post("{\"key\":\"\(key.string)\"}", to: Self.path))))
            }
            #expect(codes == ["VALID", "VALID", "VALID", "USAGE_EXCEEDED", "USAGE_EXCEEDED"])
        }
    }
}
