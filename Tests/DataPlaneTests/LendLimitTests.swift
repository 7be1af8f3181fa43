// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import Metering
import TestKit
import Testing
import Wire

/// Limits and budgets of integrations, and what a caller is told of them.
@Suite struct LendLimitTests {
    private static func limit(_ name: String, _ amount: Int64) -> Limit {
        Limit(name, amount, .rate(per: .seconds(3600)))!
    }

    /// Runs `body` over an integration with these limits, and a key with those.
    private func with(
        _ limits: [Limit] = [], quota: Quota? = nil, key keyLimits: [Limit] = [], _ reply: StandIn.Reply = .ok(),
        _ body: (LendScene, Server, StandIn) async throws -> Void
    ) async throws {
        let standIn = try await StandIn(reply)
        var scene = try LendScene(.bearer(), port: standIn.port)
        scene.lending.apply([.integration(scene.integration(limits, quota))])
        if !keyLimits.isEmpty { scene.sample = scene.maker.key { $0.limits = keyLimits } }
        let bank = Bank(quota ?? Quota(amount: 1)!)
        let made = scene
        try await Server.with(made.changes, lending: made.lending, meters: bank.meters, lender: bank) { server in
            try await body(made, server, standIn)
        }
        await standIn.close()
    }

    @Test("an integration's limit holds for it as a whole, and a call that is too many is told whose limit it was")
    func shared() async throws {
        try await with([Self.limit("burst", 2)]) { scene, server, standIn in
            let callers = [scene.bearer, "Authorization: Bearer \(scene.stranger.string)"]
            for (left, bearer) in zip([1, 0], callers) {
                let answer = try await server.ask(scene.request("/v1", [bearer]))
                #expect(answer.status == 200)
                #expect(answer["ratelimit-policy"] == "\"integration:burst\";q=2;w=3600")
                #expect(answer["ratelimit"]?.hasPrefix("\"integration:burst\";r=\(left);t=") == true)
            }
            for bearer in callers {
                let refused = try await server.ask(scene.request("/v1", [bearer]))
                #expect(refused.status == 429 && refused["x-bitting-error"] == "rate_limited")
                #expect(refused.json?["violated-policies"]?.asArray == ["integration:burst"])
                #expect(refused["retry-after"] != nil)
            }
            #expect(standIn.requests.count == 2)
        }
    }

    @Test("the key's limits and the integration's are taken together or not at all")
    func allOrNone() async throws {
        try await with([Self.limit("burst", 1)], key: [Self.limit("burst", 3)]) { scene, server, _ in
            let first = try await server.ask(scene.request("/v1", [scene.bearer]))
            #expect(first["ratelimit"]?.hasPrefix("\"burst\";r=2;t=") == true)
            #expect(first["ratelimit"]?.contains("\"integration:burst\";r=0;t=") == true)
            for _ in 0..<3 {
                let refused = try await server.ask(scene.request("/v1", [scene.bearer]))
                #expect(refused.status == 429)
                #expect(refused["ratelimit"]?.hasPrefix("\"burst\";r=2;t=") == true, "a refused call is not charged")
            }
            let bad = try await server.ask(scene.request("/v1//x", [scene.bearer]))
            #expect(bad.status == 400 && bad["ratelimit"] == nil)
        }
    }

    @Test("a quota of an integration is spent to the last, and no further, by calls that come at once")
    func quota() async throws {
        try await with(quota: Quota(amount: 10)!) { scene, server, standIn in
            let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<16 {
                    group.addTask { try await server.ask(scene.request("/v1", [scene.bearer])).status }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(statuses.filter { $0 == 200 }.count == 10)
            #expect(statuses.filter { $0 == 429 }.count == 6)
            #expect(standIn.requests.count == 10)
            let refused = try await server.ask(scene.request("/v1", [scene.bearer]))
            #expect(refused["x-bitting-error"] == "quota_exceeded")
            #expect(refused.json?["violated-policies"]?.asArray == ["quota:integration"])
        }
    }

    @Test("where nothing is limited an answer says nothing of limits")
    func unlimited() async throws {
        try await with { scene, server, _ in
            let answer = try await server.ask(scene.request("/v1", [scene.bearer]))
            #expect(answer.status == 200 && answer["ratelimit"] == nil && answer["ratelimit-policy"] == nil)
        }
    }

    @Test("a caller is told what it may do and what is left, and asking costs nothing")
    func card() async throws {
        try await with([Self.limit("burst", 5)], quota: Quota(amount: 7)!) { scene, server, standIn in
            for _ in 0..<3 {
                let card = try await server.ask(scene.request("", [scene.bearer]))
                #expect(card.status == 200, "\(card)")
                #expect(card.json?["name"] == "carrier" && card.json?["state"] == "active")
                #expect(card.json?["provider"]?["title"] == "Carrier")
                #expect(card.json?["base_url"] == "http://bitting.example/lend/carrier")
                #expect(card.json?["reveal"] == false)
                #expect(card.json?["allow"]?.asArray?.first?["path"] == "/**")
                let limit = card.json?["limits"]?.asArray?.first
                #expect(limit?["name"] == "burst" && limit?["of"] == "integration" && limit?["remaining"] == 5)
                let quota = card.json?["quotas"]?.asArray?.first
                #expect(quota?["of"] == "integration" && quota?["remaining"] == 7)
            }
            #expect(try await server.ask(scene.request("/v1", [scene.bearer])).status == 200)
            let after = try await server.ask(scene.request("", [scene.bearer]))
            #expect(after.json?["limits"]?.asArray?.first?["remaining"] == 4)
            #expect(after.json?["quotas"]?.asArray?.first?["remaining"] == 6)
            #expect(standIn.requests.count == 1)
        }
    }

    @Test("a card is for the app's own keys, names what there is, and holds no value")
    func cards() async throws {
        try await with { scene, server, _ in
            func ask(_ target: String, _ fields: [String]) async throws -> Answer {
                try await server.ask(
                    "GET \(target) HTTP/1.1\r\nHost: x\r\n" + fields.map { $0 + "\r\n" }.joined() + "\r\n")
            }
            let list = try await ask("/lend", [scene.bearer])
            #expect(list.json?["items"]?.asArray?.map { $0["name"] } == ["carrier"])
            #expect(list.json?["next_cursor"] == .null)
            #expect(try await ask("/lend?cursor=carrier", [scene.bearer]).json?["items"]?.asArray == [])
            #expect(try await ask("/lend/none", [scene.bearer])["x-bitting-error"] == "integration_unknown")
            #expect(try await ask("/lend/none", [scene.bearer]).status == 404)
            for target in ["/lend", "/lend/carrier"] { #expect(try await ask(target, []).status == 401) }
            let card = try await ask("/lend/carrier", [scene.bearer])
            #expect(!card.text.contains(LendScene.held))
            scene.lending.apply([.integration(scene.integration([], nil, state: .paused))])
            #expect(try await ask("/lend/carrier", [scene.bearer]).json?["state"] == "paused")
        }
    }
}
