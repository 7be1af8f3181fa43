// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Telling
import TestKit
import Testing

extension Event {
    /// An event of which only the action and what follows matter.
    static func sample(
        _ action: String = "key.revoke", sequence: Int64 = 1, outcome: Event.Outcome = .done, account: AccountID? = nil,
        details: [Event.Detail] = []
    ) -> Event {
        let none = Digest(zero: ())
        return Event(
            sequence: sequence, id: EventID(high: 1, low: UInt64(sequence)), at: FixedTime.start, action: action,
            outcome: outcome, caller: "setup", address: "203.0.113.9", subject: "key_x", account: account,
            details: details, previous: none, hash: none)
    }
}

@Suite struct EventPatternTests {
    @Test(arguments: [
        ("key.revoke", "key.revoke", true), ("key.*", "key.revoke", true), ("*.revoke", "key.revoke", true),
        ("*.*", "key.revoke", true), ("key.create", "key.revoke", false), ("keyspace.*", "key.revoke", false),
        ("key.*", "keyspace.create", false), ("*.lock", "key.revoke", false),
        ("key.expires_soon", "key.expires_soon", true),
    ])
    func `a word means itself and a star any word`(pattern: String, action: String, matches: Bool) throws {
        let pattern = try #require(EventPattern(pattern))
        #expect(pattern.matches(EventType(.sample(action))) == matches)
    }

    @Test func `a refused act is never taken for one that was done`() throws {
        let refused = EventType(.sample("key.revoke", outcome: .refused))
        #expect(refused.description == "key.revoke.refused")
        for text in ["key.revoke", "key.*", "*.*"] {
            let pattern = try #require(EventPattern(text))
            #expect(!pattern.matches(refused))
        }
        for text in ["key.revoke.refused", "key.*.refused", "*.*.refused"] {
            let pattern = try #require(EventPattern(text))
            #expect(pattern.matches(refused))
            #expect(!pattern.matches(EventType(.sample("key.revoke"))))
        }
    }

    @Test(arguments: [
        "", "*", "key", "key.", ".revoke", "key.revoke.", "key.revoke.done", "Key.revoke", "key.re voke", "key.**",
        "key.revoke.refused.refused", "k*y.revoke", "key.revoke\n", String(repeating: "a", count: 33) + ".b",
    ])
    func `nothing else is a pattern`(text: String) { #expect(EventPattern(text) == nil) }

    @Test(arguments: ["key.revoke", "*.lock", "key.*.refused", "*.*"])
    func `a pattern is written as it was read`(text: String) { #expect(EventPattern(text)?.description == text) }
}
