// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import IssuedKeys

@Suite struct SlotTableTests {
    @Test(
        "after any insertions and removals a position is found by its word and by no other",
        arguments: [0xFFFF_FFFF_FFFF_FFFF, 0xFFFF_FFFF_0000_0003, 0x0000_0001_0000_0001, 0x0000_0001_0000_0007, 0x3]
            as [UInt64])
    func againstDictionary(mask: UInt64) {
        // The narrower the mask, the more words share slot and tag.
        var random = Seeded(mask)
        var table = SlotTable()
        var words: [UInt64] = []
        var living: [Int: UInt64] = [:]
        for _ in 0..<1500 {
            if random.below(3) > 0 {
                let word = random.next() & mask
                words.append(word)
                living[words.count - 1] = word
                table.insert(word, words.count - 1) { words[$0] }
            } else if let position = living.keys.sorted().randomElement(using: &random) {
                table.remove(words[position], position)
                living[position] = nil
            }
        }
        for position in words.indices {
            let found = table.find(words[position]) { $0 == position }
            #expect(found == (living[position] == nil ? nil : position))
        }
    }

    @Test("an empty table, and one reserved for many, find nothing and stay right")
    func reserved() {
        var table = SlotTable()
        #expect(table.find(0) { _ in true } == nil)
        table.reserve(1000)
        let before = table.byteCount
        for position in 0..<1000 {
            table.insert(UInt64(position) << 32 | UInt64(position), position) { UInt64($0) << 32 | UInt64($0) }
        }
        #expect(table.byteCount == before)
        for position in 0..<1000 {
            #expect(table.find(UInt64(position) << 32 | UInt64(position)) { $0 == position } == position)
        }
    }

    @Test("the first position and word zero can be removed like any other")
    func zero() {
        var table = SlotTable()
        table.insert(0, 0) { _ in 0 }
        table.insert(0, 1) { _ in 0 }
        table.remove(0, 0)
        #expect(table.find(0) { $0 == 0 } == nil)
        #expect(table.find(0) { $0 == 1 } == 1)
    }
}
