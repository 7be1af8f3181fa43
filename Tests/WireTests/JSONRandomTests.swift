// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

/// Trees of every kind, from a seed.
struct TreeMaker {
    var random: Seeded

    init(seed: UInt64) {
        random = Seeded(seed)
    }

    mutating func tree(depth: Int = 4) -> JSON {
        switch random.below(depth > 0 ? 8 : 6) {
        case 0: .null
        case 1: .bool(random.chance(2))
        case 2: .integer(Int64(bitPattern: random.next() >> UInt64(random.below(64))))
        case 3: JSON(Double(bitPattern: random.next())) ?? .null
        case 4, 5: .string(text())
        case 6: .array((0..<random.below(5)).map { _ in tree(depth: depth - 1) })
        default: object(depth)
        }
    }

    private mutating func object(_ depth: Int) -> JSON {
        var names: Set<String> = []
        var members: [JSON.Member] = []
        for _ in 0..<random.below(random.chance(10) ? 40 : 6) {
            let name = text()
            // Compared as bytes, not as canonically equivalent strings.
            guard names.insert(name.utf8.map { String($0) }.joined(separator: " ")).inserted else { continue }
            members.append(JSON.Member(name: name, value: tree(depth: depth - 1)))
        }
        return .object(members)
    }

    private mutating func text() -> String {
        var text = ""
        for _ in 0..<random.below(12) {
            let bound: UInt32 = random.pick([0x20, 0x80, 0x80, 0x800, 0x1_0000, 0x11_0000])
            let scalar = Unicode.Scalar(UInt32.random(in: 0..<bound, using: &random))
            text.unicodeScalars.append(scalar ?? "?")
        }
        return text
    }
}

@Suite("A random JSON tree")
struct JSONRandomTests {
    @Test("comes back from its text, compact and indented", arguments: 0..<40 as Range<UInt64>)
    func roundTrip(_ seed: UInt64) throws {
        var maker = TreeMaker(seed: seed)
        for _ in 0..<40 {
            let tree = maker.tree()
            let compact = tree.text
            #expect(try JSON.parse(compact) == tree)
            // Byte for byte: equal strings may still be spelt differently.
            #expect(try Array(JSON.parse(compact).text.utf8) == Array(compact.utf8))
            #expect(try JSON.parse(tree.prettyText) == tree)
        }
    }

    @Test("is refused when cut off anywhere", arguments: 0..<20 as Range<UInt64>)
    func cutOff(_ seed: UInt64) {
        var maker = TreeMaker(seed: seed &+ 500)
        let bytes = Array(JSON.array([maker.tree(), maker.tree()]).text.utf8)
        for end in 0..<bytes.count {
            #expect(throws: JSONFault.self) { try JSON.parse(Array(bytes[..<end])) }
        }
    }

    @Test("never crashes the reader when injured", arguments: 0..<40 as Range<UInt64>)
    func injured(_ seed: UInt64) {
        var maker = TreeMaker(seed: seed &+ 9_000)
        let spice = Array("{}[]\":,\\u0dDnt-.eE \n\0".utf8) + [0x80, 0xc3, 0xff]
        for _ in 0..<300 {
            let text = Array(maker.tree().text.utf8)
            let bytes = maker.random.mutated(text, with: spice)
            do throws(JSONFault) {
                let tree = try JSON.parse(bytes)
                // What is accepted is also understood: it says the same once more.
                #expect((try? JSON.parse(tree.text)) == tree)
            } catch {
                #expect(error.offset >= 0 && error.offset <= bytes.count)
            }
        }
    }
}
