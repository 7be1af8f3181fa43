// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@Suite struct ScopeTests {
    @Test(
        "a scope is resource:action",
        arguments: [
            "a:b", "labels:create", "*:*", "labels:*", "*:read", "A-z.0_9:x", String(repeating: "a", count: 64) + ":b",
        ])
    func readable(text: String) {
        #expect(Scope(text)?.description == text)
    }

    @Test(
        "anything else is none",
        arguments: [
            "", ":", "a", "a:", ":b", "a:b:c", "a b:c", "a:b ", " a:b", "**:a", "a*:b", "a:b*", "a/b:c", "é:a", "a,b:c",
            "a:(b)", String(repeating: "a", count: 65) + ":b", "a:" + String(repeating: "b", count: 65), "a\u{0}:b",
            "a\n:b",
        ])
    func unreadable(text: String) {
        #expect(Scope(text) == nil)
    }

    @Test(
        "a scope covers what it names, and a * names all",
        arguments: [
            ("a:b", "a:b", true), ("a:*", "a:b", true), ("*:b", "a:b", true), ("*:*", "a:b", true),
            ("a:b", "a:c", false),
            ("a:b", "c:b", false), ("a:b", "a:*", false), ("a:b", "*:b", false), ("a:*", "*:*", false),
            ("*:*", "*:*", true),
            ("a:*", "a:*", true), ("ab:c", "a:bc", false), ("A:b", "a:b", false), ("a:b", "a:bb", false),
        ])
    func covers(held: String, needed: String, isCovered: Bool) throws {
        let (held, needed) = (try #require(Scope(held)), try #require(Scope(needed)))
        #expect(held.covers(needed) == isCovered)
        #expect(ScopeSet([held]).covers(needed) == isCovered)
        let bytes = Array(needed.description.utf8)
        #expect((ScopeQuery.decide(ScopeSet([held]), bytes.span, 0..<bytes.count) == .held) == isCovered)
    }

    @Test("a set is sorted, without repeats, and equal however it was given")
    func set() {
        let set = ScopeSet(text: "orders:read labels:create orders:read a:b")
        #expect(set.description == "a:b labels:create orders:read")
        #expect(set == ScopeSet(text: "a:b orders:read labels:create"))
        #expect(ScopeSet([]).description == "")
        #expect(!ScopeSet([]).covers(.of("a", "b")))
        #expect(ScopeSet(text: "a:* b:c").covers(all: ScopeSet(text: "a:b a:c b:c")))
        #expect(!ScopeSet(text: "a:* b:c").covers(all: ScopeSet(text: "a:b b:d")))
        #expect(ScopeSet([]).covers(all: ScopeSet([])))
    }
}

@Suite struct ScopeQueryTests {
    private static func decide(_ query: String, _ held: String = "a:b c:d") -> ScopeQuery.Outcome {
        let bytes = Array(("xx" + query + " OR *:*)").utf8)
        return ScopeQuery.decide(ScopeSet(text: held), bytes.span, 2..<(2 + query.utf8.count))
    }

    @Test(
        "AND binds tighter than OR, parentheses tighter than both",
        arguments: [
            ("a:b", true), ("x:y", false), ("a:b AND c:d", true), ("a:b AND x:y", false), ("x:y OR c:d", true),
            ("a:b OR x:y AND x:y", true), ("x:y AND x:y OR a:b", true), ("x:y AND (x:y OR a:b)", false),
            ("(a:b OR x:y) AND x:y", false), ("(a:b OR x:y) AND c:d", true), ("((a:b))", true), ("( a:b )", true),
            ("  a:b   AND   c:d  ", true), ("(a:b)AND(c:d)", true), ("a:b AND(c:d OR x:y)", true),
            ("AND:x OR a:b", true),
            ("OR:OR OR AND:AND OR c:d", true), ("x:y OR x:y OR x:y", false),
        ])
    func precedence(query: String, isHeld: Bool) {
        #expect(Self.decide(query) == (isHeld ? .held : .missing))
    }

    @Test(
        "what cannot be read is unreadable, never held",
        arguments: [
            "", " ", "()", "(", ")", "a", "a:", ":b", "a:b AND", "AND a:b", "a:b OR", "a:b c:d", "a:b AND AND c:d",
            "(a:b",
            "a:b)", "a:b)(", "a:b and c:d", "a:b&c:d", "a:b,c:d", "a:b\tAND c:d", "a:b\nOR c:d", "NOT a:b", "a:b:c",
            "a::b",
            "a:b AND ()", "a:b ANDc:d", "a:bAND c:d", "**:b", "a:**", "a:b*", "é:b", "a:b\u{0}", "a:b OR x",
            "x:y AND (",
        ])
    func unreadable(query: String) {
        #expect(Self.decide(query, "*:*") == .unreadable)
        #expect(!ScopeQuery.isReadable(Array(query.utf8)))
    }

    @Test("sixteen parentheses are read, seventeen are not")
    func depth() {
        for depth in 0...40 {
            let query = String(repeating: "(", count: depth) + "a:b" + String(repeating: ")", count: depth)
            #expect(Self.decide(query) == (depth <= 16 ? .held : .unreadable), "\(depth)")
        }
    }

    @Test("a thousand bytes are read, one more is not")
    func length() {
        let query = "a:b" + String(repeating: " ", count: 997)
        #expect(Self.decide(query) == .held)
        #expect(Self.decide(query + " ") == .unreadable)
        #expect(Self.decide(String(repeating: "a:b OR ", count: 142) + "a:b") == .held)
        #expect(Self.decide(String(repeating: "(", count: 1000)) == .unreadable)
    }

    private indirect enum Tree {
        case scope(String)
        case both(Tree, Tree)
        case either(Tree, Tree)

        func isHeld(by held: [Scope]) -> Bool {
            switch self {
            case .scope(let text): held.contains { Scope(text).map($0.covers) ?? false }
            case .both(let left, let right): left.isHeld(by: held) && right.isHeld(by: held)
            case .either(let left, let right): left.isHeld(by: held) || right.isHeld(by: held)
            }
        }

        /// As text, with parentheses only where they are needed, or one pair more.
        func text(_ random: inout Seeded, insideAnd: Bool = false) -> String {
            let spaces = random.below(4) == 0 ? "  " : " "
            let plain: String
            switch self {
            case .scope(let text): plain = text
            case .both(let left, let right):
                plain =
                    left.text(&random, insideAnd: true) + spaces + "AND" + spaces + right.text(&random, insideAnd: true)
            case .either(let left, let right):
                plain = left.text(&random) + spaces + "OR" + spaces + right.text(&random)
            }
            if case .either = self, insideAnd { return "(\(plain))" }
            return random.below(6) == 0 ? "( \(plain))" : plain
        }

        static func random(_ random: inout Seeded, depth: Int) -> Tree {
            let names = ["a", "b", "labels", "*"]
            guard depth > 0, random.below(3) > 0 else { return .scope("\(random.pick(names)):\(random.pick(names))") }
            let (left, right) = (Tree.random(&random, depth: depth - 1), Tree.random(&random, depth: depth - 1))
            return random.below(2) == 0 ? .both(left, right) : .either(left, right)
        }
    }

    @Test("random queries are decided as a tree of them is")
    func againstTree() {
        var random = Seeded(8)
        let names = ["a", "b", "labels", "*"]
        var outcomes = Set<Bool>()
        for _ in 0..<5000 {
            let tree = Tree.random(&random, depth: 4)
            let held = (0..<random.below(4)).compactMap { _ in Scope("\(random.pick(names)):\(random.pick(names))") }
            let bytes = Array(tree.text(&random).utf8)
            guard bytes.count <= 1000 else { continue }
            let isHeld = tree.isHeld(by: held)
            outcomes.insert(isHeld)
            let text = String(decoding: bytes, as: UTF8.self)
            #expect(
                ScopeQuery.decide(ScopeSet(held), bytes.span, 0..<bytes.count) == (isHeld ? .held : .missing), "\(text)"
            )
        }
        #expect(outcomes == [true, false])
    }

    @Test("random bytes never trap, and are held only if they read")
    func junk() {
        var random = Seeded(9)
        let alphabet = Array("ab:* ()ANDOR\u{0}".utf8)
        for _ in 0..<20_000 {
            let bytes = (0..<random.below(24)).map { _ in random.pick(alphabet) }
            let outcome = ScopeQuery.decide(ScopeSet([]), bytes.span, 0..<bytes.count)
            #expect(outcome != .held)
        }
    }
}
