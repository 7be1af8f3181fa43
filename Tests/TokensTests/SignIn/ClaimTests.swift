// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing
import Wire

@testable import Tokens

/// What a rule asks of claims.
@Suite struct ClaimTests {
    static let patterns: [(String, String, Bool)] = [
        ("repo:acme/*", "repo:acme/shop:ref:refs/heads/main", true),
        ("repo:acme/*", "repo:acme-evil/shop:ref:refs/heads/main", false),
        ("repo:acme/*", "repo:acme/", true),
        ("repo:acme/*", "repo:acme", false),
        ("repo:acme/*", "xrepo:acme/shop", false),
        ("repo:acme/*", "REPO:acme/shop", false),
        ("repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main", true),
        ("repo:acme/*:ref:refs/heads/main", "repo:acme/shop:ref:refs/heads/main2", false),
        ("repo:acme/*:ref:refs/heads/main", "repo:acme/shop:pull_request", false),
        ("acme/shop", "acme/shop", true),
        ("acme/shop", "acme/shop2", false),
        ("acme/shop", "acme/sho", false),
        ("acme/shop", "", false),
        ("*", "", true),
        ("*", "anything", true),
        ("**", "", true),
        ("a*b*c", "abc", true),
        ("a*b*c", "a-b-b-c", true),
        ("a*b*c", "a-c-b", false),
        ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false),
        ("?", "x", false),
        ("[a-z]", "b", false),
        ("\\*", "*", false),
        // The same letter in two spellings of Unicode is not the same name.
        ("caf\u{E9}", "cafe\u{301}", false),
        ("a*", "a\u{301}", true),
        ("a", "a\n", false),
    ]

    @Test(arguments: ClaimTests.patterns.indices)
    func `a pattern stands for the whole value`(_ row: Int) throws {
        let (pattern, value, expected) = Self.patterns[row]
        #expect(try #require(ClaimPattern(pattern)).accepts(value) == expected, "\(pattern) \(value)")
    }

    @Test func `a star is any run of bytes, as the plainest matcher has it`() throws {
        func plain(_ pattern: Substring, _ value: Substring) -> Bool {
            guard let first = pattern.first else { return value.isEmpty }
            guard first == "*" else {
                return value.first == first && plain(pattern.dropFirst(), value.dropFirst())
            }
            return plain(pattern.dropFirst(), value) || (!value.isEmpty && plain(pattern, value.dropFirst()))
        }
        var random = Seeded(11)
        for _ in 0..<4000 {
            let pattern = String((0...random.below(6)).map { _ in random.pick(["a", "b", "*"]) }.joined())
            let value = String((0..<random.below(8)).map { _ in random.pick(["a", "b"]) }.joined())
            #expect(try #require(ClaimPattern(pattern)).accepts(value) == plain(pattern[...], value[...]))
        }
    }

    @Test(arguments: ["", String(repeating: "a", count: 513), String(repeating: "*", count: 9), "a\u{0}", "a\u{85}b"])
    func `what is no pattern`(_ text: String) { #expect(ClaimPattern(text) == nil) }

    static let values: [(String, JSON, Bool)] = [
        ("sub", ["sub": "yes"], true),
        ("sub", ["sub": "no"], false),
        ("sub", [:], false),
        ("sub", ["sub": .null], false),
        ("sub", ["sub": ["a", "yes"]], true),
        ("sub", ["sub": []], false),
        ("sub", ["sub": ["yes": "yes"]], false),
        ("sub", ["Sub": "yes"], false),
        ("/a~1b/c~0d", ["a/b": ["c~d": "yes"]], true),
        ("/kubernetes.io/namespace", ["kubernetes.io": ["namespace": "yes"]], true),
        ("/kubernetes.io/namespace", ["kubernetes.io": "yes"], false),
        ("kubernetes.io/namespace", ["kubernetes.io": ["namespace": "yes"]], false),
        ("/a/0", ["a": ["yes"]], false),
    ]

    @Test(arguments: ClaimTests.values.indices)
    func `a claim is found by its name, or by a pointer`(_ row: Int) throws {
        let (claim, claims, expected) = Self.values[row]
        let pattern = try #require(ClaimPattern("yes"))
        let condition = try #require(ClaimCondition(claim: claim, patterns: [pattern]))
        #expect((condition.fitting(claims) != nil) == expected)
    }

    @Test func `numbers and truth are compared as written`() throws {
        let condition = try #require(
            ClaimCondition(claim: "c", patterns: ["42", "true"].compactMap { ClaimPattern($0) }))
        #expect(condition.fitting(["c": 42]) == "42")
        #expect(condition.fitting(["c": true]) == "true")
        #expect(condition.fitting(["c": .number(42, text: "42.0")]) == nil)
        #expect(condition.fitting(["c": false]) == nil)
    }

    @Test(arguments: ["", "/a~2", "/a~", String(repeating: "c", count: 129), "a\u{7}"])
    func `what is no name of a claim`(_ claim: String) throws {
        let pattern = try #require(ClaimPattern("x"))
        #expect(ClaimCondition(claim: claim, patterns: [pattern]) == nil)
        #expect(ClaimCondition(claim: "c", patterns: []) == nil)
    }
}
