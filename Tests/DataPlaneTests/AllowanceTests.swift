// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import TestKit
import Testing
import Wire

/// Limits and budgets as callers meet them.
@Suite struct AllowanceTests {
    private static func authorize(_ key: String, _ query: String = "") -> String {
        "GET /v1/authorize\(query) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\n\r\n"
    }

    private static func limit(_ name: String, _ amount: Int64, per length: Length = .seconds(3600)) -> Limit {
        Limit(name, amount, .rate(per: length))!
    }

    @Test("a limit lets through what it says, tells the rest, and is answered 429, never 401")
    func rate() async throws {
        var maker = KeyMaker(seed: 40)
        let key = maker.key { $0.limits = [Self.limit("burst", 3)] }
        try await Server.with(maker.setting + [.key(key.key)]) { server in
            for left in [2, 1, 0] {
                let answer = try await server.ask(Self.authorize(key.string))
                #expect(answer.status == 200)
                #expect(answer["ratelimit-policy"] == "\"burst\";q=3;w=3600")
                #expect(answer["ratelimit"]?.hasPrefix("\"burst\";r=\(left);t=") == true)
            }
            let refused = try await server.ask(Self.authorize(key.string))
            #expect(refused.status == 429 && refused.code == "rate_limited")
            #expect(
                refused.json?["type"]?.asString == "https://iana.org/assignments/http-problem-types#quota-exceeded")
            #expect(refused.json?["violated-policies"]?.asArray == ["burst"])
            let wait = try #require(refused["retry-after"].flatMap { Int($0) })
            let reset = try #require(refused["ratelimit"]?.split(separator: ";t=").last.flatMap { Int($0) })
            #expect(wait >= reset && (1190...1200).contains(wait))
            #expect(refused["www-authenticate"] == nil)
        }
    }

    @Test("a gateway that passes on no 429 gets 403 and the true status")
    func nginx() async throws {
        var maker = KeyMaker(seed: 41)
        let key = maker.key { $0.limits = [Self.limit("burst", 1)] }
        try await Server.with(maker.setting + [.key(key.key)]) { server in
            #expect(try await server.ask(Self.authorize(key.string, "?status=nginx")).status == 200)
            let refused = try await server.ask(Self.authorize(key.string, "?status=nginx"))
            #expect(refused.status == 403 && refused["x-bitting-status"] == "429" && refused["retry-after"] != nil)
        }
    }

    @Test("all limits of a call are taken or none, and a refused call is not charged")
    func allOrNone() async throws {
        var maker = KeyMaker(seed: 42)
        let key = maker.key("a:b") { $0.limits = [Self.limit("wide", 10), Self.limit("narrow", 2)] }
        try await Server.with(maker.setting + [.key(key.key)]) { server in
            #expect(try await server.ask(Self.authorize(key.string, "?scope=x:y")).status == 403)
            #expect(try await server.ask(Self.authorize(key.string, "?cost=3")).status == 429)
            let first = try await server.ask(Self.authorize(key.string, "?cost=2"))
            #expect(first["ratelimit"]?.contains("\"wide\";r=8") == true)
            #expect(try await server.ask(Self.authorize(key.string)).status == 429)
            let look = try await server.ask(Self.authorize(key.string, "?cost=0"))
            #expect(look["ratelimit"]?.contains("\"wide\";r=8") == true && look.status == 200)
        }
    }

    @Test("parallel calls never spend more of a budget than there is, and all of it")
    func parallel() async throws {
        var maker = KeyMaker(seed: 43)
        let quota = Quota(amount: 45)!
        let key = maker.key { $0.quota = quota }
        let bank = Bank(quota)
        try await Server.with(maker.setting + [.key(key.key)], meters: bank.meters, lender: bank) { server in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await server.ask(Self.authorize(key.string, "?cost=15")).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 3)
            #expect(statuses.filter { $0 == 429 }.count == 13)
            #expect(bank.written == 45)
            let refused = try await server.ask(Self.authorize(key.string))
            #expect(refused.code == "quota_exceeded" && refused["retry-after"] == nil, "it is never refilled")
            #expect(refused.json?["violated-policies"]?.asArray == ["quota:key"])
        }
    }

    @Test("a budget of an account is one for all its keys")
    func account() async throws {
        var maker = KeyMaker(seed: 44)
        let quota = Quota(amount: 5)!
        let keys = [maker.key(), maker.key()]
        let bank = Bank(quota)
        let owner = KeyChange.owner(.account(maker.account), account: maker.account, isLocked: false, quota: quota)
        try await Server.with(
            maker.setting + [owner] + keys.map { .key($0.key) }, meters: bank.meters, lender: bank
        ) { server in
            var statuses: [Int] = []
            for turn in 0..<8 { statuses.append(try await server.ask(Self.authorize(keys[turn % 2].string)).status) }
            #expect(statuses == [200, 200, 200, 200, 200, 429, 429, 429])
        }
    }

    @Test("requests sent one after the other on one connection are answered in order, also while a budget is leased")
    func pipelined() async throws {
        let scene = VerifyScene()
        var maker = scene.maker
        let quota = Quota(amount: 100)!
        let key = maker.key { $0.quota = quota }
        let bank = Bank(quota)
        try await Server.with(scene.changes + [.key(key.key)], meters: bank.meters, lender: bank) { server in
            let client = try await Client(port: server.port)
            let ask = scene.post("{\"key\":\"\(key.string)\",\"cost\":7}")
            try await client.send(ask + Self.authorize(key.string) + ask)
            let answers = [try await client.answer(), try await client.answer(), try await client.answer()]
            #expect(answers.map(\.status) == [200, 200, 200])
            #expect(answers[0].json?["quota"]?["remaining"] == 93)
            #expect(answers[1]["ratelimit"] == "\"quota:key\";r=92")
            #expect(answers[2].json?["quota"]?["remaining"] == 85)
            client.close()
        }
    }

    @Test("a chunked question waits for its lease like any other")
    func chunked() async throws {
        let scene = VerifyScene()
        var maker = scene.maker
        let key = maker.key { $0.quota = Quota(amount: 100) }
        let bank = Bank(Quota(amount: 100)!)
        try await Server.with(scene.changes + [.key(key.key)], meters: bank.meters, lender: bank) { server in
            let body = "{\"key\":\"\(key.string)\"}"
            let answer = try await server.ask(
                "POST /v1/verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(scene.manager.string)\r\n"
                    + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "\(String(body.utf8.count, radix: 16))\r\n\(body)\r\n0\r\n\r\n")
            #expect(answer.json?["quota"]?["remaining"] == 99)
        }
    }

    @Test("a batch charges each item once, whichever of them waits for a lease")
    func batch() async throws {
        let scene = VerifyScene()
        var maker = scene.maker
        let quota = Quota(amount: 10)!
        let key = maker.key { $0.quota = quota }
        let bank = Bank(quota)
        try await Server.with(scene.changes + [.key(key.key)], meters: bank.meters, lender: bank) { server in
            let item = "{\"key\":\"\(key.string)\"}"
            let items = Array(repeating: item, count: 12).joined(separator: ",")
            let answer = try await server.ask(scene.post("{\"items\":[\(items)]}", to: "/v1/verify/batch"))
            let codes = answer.json?["results"]?.asArray?.map { $0["code"]?.asString }
            #expect(codes == Array(repeating: "valid", count: 10) + ["quota_exceeded", "quota_exceeded"])
        }
    }

    @Test("when a budget cannot be written down, nothing is spent, and the connection goes on")
    func brokenStorage() async throws {
        var maker = KeyMaker(seed: 45)
        let quota = Quota(amount: 10)!
        let (key, free) = (maker.key { $0.quota = quota }, maker.key())
        let bank = Bank(quota, isBroken: true)
        try await Server.with(
            maker.setting + [.key(key.key), .key(free.key)], meters: bank.meters, lender: bank
        ) { server in
            let client = try await Client(port: server.port)
            try await client.send(Self.authorize(key.string) + Self.authorize(free.string))
            let first = try await client.answer()
            #expect(first.status == 503 && first["retry-after"] == "1")
            #expect(try await client.answer().status == 200)
            client.close()
        }
    }

    @Test("a reserved call gives back what it did not use, takes what it used beyond, and settles once")
    func settle() async throws {
        let scene = VerifyScene()
        var maker = scene.maker
        let quota = Quota(amount: 100)!
        let key = maker.key { $0.quota = quota }
        let bank = Bank(quota)
        try await Server.with(scene.changes + [.key(key.key)], meters: bank.meters, lender: bank) { server in
            func reserve(_ cost: Int) async throws -> (id: String, left: JSON?) {
                let answer = try await server.ask(
                    scene.post("{\"key\":\"\(key.string)\",\"cost\":\(cost),\"reserve_for\":\"60s\"}"))
                let id = try #require(answer.json?["reservation"]?["id"]?.asString)
                return (id, answer.json?["quota"]?["remaining"])
            }
            func settle(_ id: String, _ cost: Int?) async throws -> Answer {
                let member = cost.map { ",\"cost\":\($0)" } ?? ""
                return try await server.ask(
                    scene.post("{\"reservation\":\"\(id)\"\(member)}", to: "/v1/verify/settle"))
            }
            let first = try await reserve(50)
            #expect(first.left == 50)
            #expect(try await settle(first.id, 20).json?["settled"] == true)
            #expect(try await settle(first.id, 20).json?["code"] == "unknown", "a second time does nothing")
            let second = try await reserve(50)
            #expect(second.left == 30)
            #expect(try await settle(second.id, 90).json?["settled"] == true)
            #expect(bank.written >= 110, "storage knew of it before the answer")
            let refused = try await server.ask(scene.post("{\"key\":\"\(key.string)\"}"))
            #expect(refused.code == "quota_exceeded")
        }
    }

    @Test("calls in flight are bounded from reserve to settle")
    func inFlight() async throws {
        let scene = VerifyScene()
        var maker = scene.maker
        let key = maker.key { $0.limits = [Limit("parallel", 2, .inFlight)!] }
        try await Server.with(scene.changes + [.key(key.key)]) { server in
            let ask = scene.post("{\"key\":\"\(key.string)\",\"reserve_for\":\"60s\"}")
            let answers = [try await server.ask(ask), try await server.ask(ask), try await server.ask(ask)]
            #expect(answers.map { $0.code } == ["valid", "valid", "rate_limited"])
            let id = try #require(answers[0].json?["reservation"]?["id"]?.asString)
            _ = try await server.ask(scene.post("{\"reservation\":\"\(id)\"}", to: "/v1/verify/settle"))
            #expect(try await server.ask(ask).code == "valid")
            #expect(try await server.ask(ask).code == "rate_limited")
        }
    }

    @Test("what a caller may not see it can neither charge nor settle")
    func foreign() async throws {
        let scene = VerifyScene()
        var maker = scene.maker
        let elsewhere = AccountID(high: 7, low: 9)
        let bound = maker.key("keys:verify", isManagement: true) { $0.boundAccounts = [elsewhere] }
        let key = maker.key { $0.limits = [Self.limit("one", 1)] }
        try await Server.with(scene.changes + [.key(bound.key), .key(key.key)]) { server in
            let ask = "{\"key\":\"\(key.string)\",\"reserve_for\":\"60s\"}"
            #expect(try await server.ask(scene.post(ask, key: bound.string)).code == "unknown")
            let mine = try await server.ask(scene.post(ask))
            let id = try #require(mine.json?["reservation"]?["id"]?.asString)
            let settle = "{\"reservation\":\"\(id)\"}"
            #expect(
                try await server.ask(scene.post(settle, to: "/v1/verify/settle", key: bound.string)).code == "unknown")
            #expect(try await server.ask(scene.post(settle, to: "/v1/verify/settle")).code == "settled")
        }
    }

    @Test(
        "costs, tags and reservations out of bounds are refused with the field that is wrong",
        arguments: [
            ("\"cost\":-1", "/cost"), ("\"cost\":1000000001", "/cost"), ("\"cost\":1.5", "/cost"),
            ("\"cost\":1e3", "/cost"), ("\"cost\":\"1\"", "/cost"),
            ("\"cost\":99999999999999999999999999", "/cost"), ("\"tags\":[\"\"]", "/tags/0"),
            ("\"tags\":[\"a\",\"\\u0000\"]", "/tags/1"), ("\"tags\":\"a\"", "/tags"),
            ("\"reserve_for\":\"0s\"", "/reserve_for"), ("\"reserve_for\":\"2h\"", "/reserve_for"),
            ("\"reserve_for\":60", "/reserve_for"),
        ])
    func badInput(member: String, pointer: String) async throws {
        let scene = VerifyScene()
        try await Server.with(scene.changes) { server in
            let answer = try await server.ask(scene.post("{\"key\":\"\(scene.sample.string)\",\(member)}"))
            #expect(answer.status == 422 && answer.pointer == pointer)
        }
    }
}
