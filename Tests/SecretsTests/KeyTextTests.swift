// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct KeyTextTests {
    private static func isWellFormed(_ bytes: [UInt8]) -> Bool { KeyText.isWellFormed(bytes.span) }

    private static func key(_ seed: UInt64, prefix: String = "acme", environment: String = "live") -> [UInt8] {
        var random = Seeded(seed)
        return KeyText.generate(prefix: prefix, environment: environment, using: &random).exposed()
    }

    /// The text with the checksum that `covered` asks for, made here from nothing but its definition.
    private static func signed(_ head: String, covering covered: String) -> [UInt8] {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let bytes = Array(covered.utf8)
        var rest = Checksum.crc32(bytes.span, count: bytes.count)
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.insert(alphabet[Int(rest % 62)], at: 0)
            rest /= 62
        }
        return Array(head.utf8) + digits
    }

    @Test(
        "a generated key is well formed, whatever its words",
        arguments: [("ab", "l"), ("acme", "live"), ("a2345678901234bc", "t234567890123456")])
    func generated(prefix: String, environment: String) {
        for seed in 0..<200 as Range<UInt64> {
            let bytes = Self.key(seed, prefix: prefix, environment: environment)
            #expect(Self.isWellFormed(bytes))
            #expect(bytes.starts(with: "\(prefix)_\(environment)_".utf8))
            #expect(bytes.count == prefix.utf8.count + environment.utf8.count + 2 + 38)
        }
    }

    @Test("the letters of generated keys are even: none is likelier by the modulo")
    func evenLetters() {
        var counts = [UInt8: Int]()
        var random = Seeded(3)
        let keys = 4000
        for _ in 0..<keys {
            let bytes = KeyText.generate(prefix: "acme", environment: "live", using: &random).exposed()
            for byte in bytes.dropFirst(10).prefix(32) { counts[byte, default: 0] += 1 }
        }
        let expected = Double(keys * 32) / 62
        let squares = counts.values.reduce(0.0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
        #expect(counts.count == 62)
        // 61 degrees of freedom: 120 is beyond one in a hundred thousand; a modulo of 256 would give some 1,900.
        #expect(squares < 120)
    }

    @Test("no generated key repeats, and none shows the generator's raw bytes")
    func noRepeats() {
        var random = Seeded(5)
        var seen = Set<[UInt8]>()
        for _ in 0..<5000 {
            #expect(
                seen.insert(KeyText.generate(prefix: "acme", environment: "live", using: &random).exposed()).inserted)
        }
    }

    @Test("a key altered in any one character is refused", arguments: 0..<48)
    func everyCharacter(position: Int) {
        let good = Self.key(21)
        for character in "0aAzZ_9qM-/ \u{7F}".utf8 where character != good[position] {
            var altered = good
            altered[position] = character
            #expect(!Self.isWellFormed(altered))
        }
        for bit in 0..<8 {
            var altered = good
            altered[position] ^= 1 << bit
            #expect(!Self.isWellFormed(altered))
        }
    }

    @Test("two neighbouring characters that changed places are refused")
    func swapped() {
        let good = Self.key(22)
        for position in 0..<(good.count - 1) where good[position] != good[position + 1] {
            var altered = good
            altered.swapAt(position, position + 1)
            #expect(!Self.isWellFormed(altered))
        }
    }

    @Test(
        "a key pasted under another prefix or environment is refused",
        arguments: ["acme_test_", "acne_live_", "ac_live_"])
    func otherPrefix(head: String) {
        #expect(!Self.isWellFormed(Array(head.utf8) + Self.key(23).dropFirst(10)))
    }

    @Test("a key that was cut or lengthened anywhere is refused")
    func cutOrLonger() {
        let good = Self.key(24)
        for count in 0..<good.count {
            #expect(!Self.isWellFormed(Array(good.prefix(count))))
            #expect(!Self.isWellFormed(Array(good.suffix(count))))
        }
        for extra in " \n0aZ_".utf8 {
            #expect(!Self.isWellFormed(good + [extra]))
            #expect(!Self.isWellFormed([extra] + good))
        }
    }

    @Test("the checksum covers the prefix: one that covers only the random part, as npm's does, is refused")
    func coversPrefix() {
        let random = "0123456789ABCDEFGHIJKLMNOPQRSTUV"
        #expect(Self.isWellFormed(Self.signed("acme_live_" + random, covering: "acme_live_" + random)))
        #expect(!Self.isWellFormed(Self.signed("acme_live_" + random, covering: random)))
        #expect(!Self.isWellFormed(Array("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".utf8)))
    }

    @Test("a checksum written above 32 bits is refused, even if it is the same number modulo 2^32")
    func oversizedChecksum() {
        let head = "acme_live_0123456789ABCDEFGHIJKLMNOPQRSTUV"
        let bytes = Array(head.utf8)
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var rest = UInt64(Checksum.crc32(bytes.span, count: bytes.count)) + (1 << 32)
        var digits: [UInt8] = []
        for _ in 0..<6 {
            digits.insert(alphabet[Int(rest % 62)], at: 0)
            rest /= 62
        }
        #expect(rest == 0)
        #expect(!Self.isWellFormed(bytes + digits))
    }

    @Test(
        "words that may not stand before the underscore are refused, with a checksum that fits",
        arguments: [
            "A_live_", "Acme_live_", "1cme_live_", "a_live_", "acme_Live_", "acme_1ive_", "acme__", "_live_",
            "acme_li-e_",
            "acme_a_b_", "a2345678901234567_live_", "acme_l2345678901234567_", "acme_lïve_", "acme live_",
        ])
    func badWords(words: String) {
        let head = words + "0123456789ABCDEFGHIJKLMNOPQRSTUV"
        #expect(!Self.isWellFormed(Self.signed(head, covering: head)))
    }

    @Test("arbitrary bytes are refused, none of them traps")
    func junk() {
        var random = Seeded(31)
        for _ in 0..<5000 {
            let bytes = (0..<random.below(90)).map { _ in UInt8.random(in: 0...255, using: &random) }
            #expect(!Self.isWellFormed(bytes))
        }
        for count in 0..<90 { #expect(!Self.isWellFormed([UInt8](repeating: 0x5F, count: count))) }
    }

    @Test("a hint shows the words and the last four characters, nothing between")
    func hint() {
        let bytes = Self.key(25)
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(KeyText.hint(of: bytes.span) == "acme_live_…" + text.suffix(4))
    }

    @Test(
        "a hint of a text that is no key of ours gives little away",
        arguments: [
            ("short", "…"), ("eleven_char", "…"), ("nounderscoreatall", "…tall"), ("____________", "____…____"),
        ])
    func foreignHint(text: String, hint: String) {
        #expect(KeyText.hint(of: Array(text.utf8).span) == hint)
    }
}
