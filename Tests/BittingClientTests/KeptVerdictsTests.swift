// SPDX-License-Identifier: Apache-2.0
import Access
import Testing
import Wire

@testable import BittingClient

@Suite("Kept verdicts")
final class KeptVerdictsTests {
    private var verdicts = KeptVerdicts(capacity: 100, longest: .seconds(10))
    private let start = ContinuousClock.now
    private let said = Instant("2026-01-31T09:00:00.000Z")!
    private let question = VerifyQuestion(
        key: "k", scopes: .all(["a:b"]), address: "192.0.2.1", method: "GET", path: "/x")

    private static func verification(_ members: [String: JSON] = [:]) throws -> Verification {
        var answer: [String: JSON] = [
            "valid": true, "code": "valid", "key_id": "key_1", "keyspace": "shop", "environment": "live",
            "owner": .object(
                ["type": "app", "id": "app_1", "account": "acc_1"].map { .init(name: $0.key, value: .string($0.value)) }
            ),
            "secret": "current", "limits": .array([]), "quota": .null, "varies_with": .array([]),
        ]
        for (name, value) in members { answer[name] = value }
        let json = JSON.object(answer.map { JSON.Member(name: $0.key, value: $0.value) })
        return try Verification(reading: Response(status: 200, body: Array(json.text.utf8)))
    }

    private func follow(
        _ sequence: Int64 = 0, _ changes: [String] = [], reset: Bool = false, at time: Duration = .zero
    ) {
        verdicts.learn(
            FollowNews(follower: "fol_1", sequence: sequence, isReset: reset, now: said, changes: changes),
            asked: start + time)
    }

    private func keep(
        _ verification: Verification, for question: VerifyQuestion? = nil, at time: Duration = .zero
    ) throws {
        let ticket = try #require(verdicts.ticket(at: start + time))
        verdicts.keep(verification, for: question ?? self.question, ticket, at: start + time)
    }

    private func found(_ question: VerifyQuestion? = nil, at time: Duration = .zero) -> Bool {
        verdicts.find(question ?? self.question, at: start + time) != nil
    }

    @Test("one is found again while there is a lease, and not after it")
    func leased() throws {
        #expect(verdicts.ticket(at: start) == nil, "nothing is kept before anything is followed")
        follow()
        try keep(try Self.verification())
        #expect(found())
        #expect(found(at: .milliseconds(949)))
        #expect(!found(at: .milliseconds(950)), "a twentieth of the lease is left for clocks that run faster")
        follow(at: .seconds(3))
        #expect(found(at: .seconds(3)))
        verdicts.lapse(untold: [])
        #expect(!found(at: .seconds(3)))
    }

    @Test("a change of what it names drops it", arguments: ["key_1", "app_1", "acc_1", "shop"])
    func dropped(_ subject: String) throws {
        follow()
        try keep(try Self.verification())
        follow(1, ["other"])
        #expect(found())
        follow(2, [subject])
        #expect(!found())
        try keep(try Self.verification())
        #expect(found(), "asked for after the change")
    }

    @Test("an answer that was on its way while the change was told is not kept")
    func onItsWay() throws {
        follow()
        let before = try #require(verdicts.ticket(at: start))
        follow(1, ["key_1"])
        verdicts.keep(try Self.verification(), for: question, before, at: start)
        #expect(!found())
        follow(2, [], reset: true)
        let other = try #require(verdicts.ticket(at: start))
        follow(2, [], reset: true)
        verdicts.keep(try Self.verification(), for: question, other, at: start)
        #expect(!found())
    }

    @Test("to begin anew drops everything, and so does another server")
    func reset() throws {
        follow()
        try keep(try Self.verification())
        follow(5, [], reset: true)
        #expect(!found())
        try keep(try Self.verification())
        verdicts.learn(FollowNews(follower: "fol_2", sequence: 0, now: said), asked: start)
        #expect(!found())
        try keep(try Self.verification())
        follow(0)
        let many = (0...4096).map { "key_\($0)x" }
        verdicts.learn(FollowNews(follower: "fol_1", sequence: 9, now: said, changes: many), asked: start)
        #expect(!found(), "more changes than are remembered")
    }

    @Test(
        "what another question might be answered otherwise is not kept",
        arguments: [
            ["valid": false, "code": "revoked"], ["secret": "retiring"], ["varies_with": .null],
            ["varies_with": ["something_new"]], ["owner": .null],
            ["limits": [["name": "burst", "limit": 5, "remaining": 4, "reset_after": "1s"]]],
            ["quota": ["of": "app", "amount": 5, "remaining": 4, "refills_at": .null]],
            ["expires_at": "2026-01-31T09:00:00.000Z"], ["expires_at": "no moment"],
        ] as [[String: JSON]])
    func notKept(_ members: [String: JSON]) throws {
        follow()
        try keep(try Self.verification(members))
        #expect(!found())
    }

    @Test("nor one with a cost")
    func cost() throws {
        var costly = question
        costly.cost = 0
        follow()
        try keep(try Self.verification(), for: costly)
        #expect(!found(costly) && !found())
    }

    @Test("it ends with the key, by the server's clock, and after the longest time")
    func ends() throws {
        follow()
        try keep(try Self.verification(["expires_at": "2026-01-31T09:00:02.000Z"]))
        for second in 1...30 {
            follow(at: .seconds(second))
            #expect(found(at: .seconds(second)) == (second < 2))
        }
        follow(at: .seconds(31))
        try keep(try Self.verification(), at: .seconds(31))
        for second in 32...50 {
            follow(at: .seconds(second))
            #expect(found(at: .seconds(second)) == (second < 41))
        }
    }

    @Test(
        "it is found for the questions that it answers, and for no others",
        arguments: [
            ([], true, true, true), (["address"], true, false, true), (["route"], false, true, true),
            (["address", "route"], false, false, true),
        ] as [([String], Bool, Bool, Bool)])
    func shapes(_ varies: [String], _ otherRoute: Bool, _ otherAddress: Bool, _ same: Bool) throws {
        follow()
        try keep(try Self.verification(["varies_with": .array(varies.map { .string($0) })]))
        var question = self.question
        #expect(found(question) == same)
        question.path = "/y"
        #expect(found(question) == otherRoute)
        question = self.question
        question.method = "POST"
        #expect(found(question) == otherRoute)
        question = self.question
        question.address = "192.0.2.2"
        #expect(found(question) == otherAddress)
        question = self.question
        question.scopes = .none
        #expect(!found(question))
        question = self.question
        question.key = "other"
        #expect(!found(question))
    }

    @Test("there are never more than may be, and those used lately stay")
    func bounded() throws {
        follow()
        try keep(try Self.verification())
        for number in 0..<1000 {
            #expect(found())
            var other = question
            other.key = "k\(number)"
            try keep(try Self.verification(), for: other)
        }
        #expect(found())
        let kept = (0..<1000).filter { number in
            var other = question
            other.key = "k\(number)"
            return found(other)
        }
        #expect(kept.count < 100 && kept.contains(999))
    }

    @Test("uses are told once, with where they came from; untold ones are told later")
    func uses() throws {
        follow()
        try keep(try Self.verification())
        var last = question
        last.address = "192.0.2.9"
        last.userAgent = "agent/1"
        for _ in 0..<4 { #expect(found()) }
        #expect(found(last))
        let told = verdicts.question()
        let use = try #require(told.uses.first)
        #expect(told.uses.count == 1 && use.count == 5 && use.address == "192.0.2.9" && use.userAgent == "agent/1")
        #expect(use.scopes == "a:b")
        #expect(verdicts.question().uses.isEmpty)
        #expect(found())
        verdicts.lapse(untold: told.uses)
        #expect(verdicts.question().uses.map(\.count) == [6])
        let body = try JSON.parse(told.body)
        #expect(body["uses"]?.asArray?.first?["digest"]?.asString?.hasPrefix("sha256:") == true)
        #expect(!String(decoding: told.body, as: UTF8.self).contains("\"k\""))
    }
}
