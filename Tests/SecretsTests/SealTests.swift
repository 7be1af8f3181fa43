// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct SealTests {
    private static func key(_ seed: UInt64, term: UInt32 = 0) -> SealingKey {
        var random = Seeded(seed)
        return SealingKey(Secret(count: 32, using: &random), term: term)
    }

    private static let place = Place("credential value", "acc_1", "cred_1", "value", "ver_1", "1")
    private static let plain = "sk_live_a-held-key"

    private static func failure(_ key: SealingKey, _ box: [UInt8], _ place: Place) -> SealFailure? {
        do {
            _ = try key.open(box, from: place)
            return nil
        } catch { return error }
    }

    @Test("what was sealed opens where it was put", arguments: [0, 1, 15, 16, 17, 4096])
    func roundTrip(count: Int) throws {
        let key = Self.key(1, term: 3)
        let plain = [UInt8]((0..<count).map { UInt8(truncatingIfNeeded: $0) })
        let box = key.seal(Secret(copying: plain.span), for: Self.place)
        #expect(box.count == 4 + 1 + 12 + count + 16)
        #expect(SealingKey.term(of: box) == 3)
        #expect(try key.open(box, from: Self.place).exposed() == plain)
    }

    @Test("a box with any one bit flipped does not open")
    func everyBit() {
        let key = Self.key(1)
        let box = key.seal(Secret(text: Self.plain), for: Self.place)
        for bit in 0..<box.count * 8 {
            var altered = box
            altered[bit / 8] ^= 1 << (bit % 8)
            #expect(Self.failure(key, altered, Self.place) != nil)
        }
    }

    @Test("a box that was cut or lengthened does not open")
    func cut() {
        let key = Self.key(1)
        let box = key.seal(Secret(text: Self.plain), for: Self.place)
        for count in 0..<box.count { #expect(Self.failure(key, Array(box.prefix(count)), Self.place) != nil) }
        #expect(Self.failure(key, box + [0], Self.place) == .refused)
    }

    @Test(
        "a box moved to another account, credential, field or version does not open, nor with its parts shifted",
        arguments: [
            Place("credential value", "acc_2", "cred_1", "value", "ver_1", "1"),
            Place("credential value", "acc_1", "cred_2", "value", "ver_1", "1"),
            Place("credential value", "acc_1", "cred_1", "user", "ver_1", "1"),
            Place("credential value", "acc_1", "cred_1", "value", "ver_2", "1"),
            Place("credential value", "acc_1", "cred_1", "value", "ver_1", "2"),
            Place("data key", "acc_1", "cred_1", "value", "ver_1", "1"),
            Place("credential value", "acc_1cred_1", "", "value", "ver_1", "1"),
            Place("credential valueacc_1", "cred_1", "value", "ver_1", "1"),
            Place("credential value", "acc_1", "cred_1", "value", "ver_11"),
            Place("credential value", "acc_1", "cred_1", "value", "ver_1", "1", ""), Place(),
        ])
    func moved(to place: Place) {
        let key = Self.key(1)
        #expect(Self.failure(key, key.seal(Secret(text: Self.plain), for: Self.place), place) == .refused)
    }

    @Test("an older version in the newer one's place does not open")
    func rolledBack() {
        let key = Self.key(1)
        let newer = Place("credential value", "acc_1", "cred_1", "value", "ver_2", "2")
        let old = key.seal(Secret(text: "old"), for: Self.place)
        #expect(Self.failure(key, old, newer) == .refused)
    }

    @Test("another key does not open, nor the right one when the box names another term")
    func otherKey() {
        let box = Self.key(1).seal(Secret(text: Self.plain), for: Self.place)
        #expect(Self.failure(Self.key(2), box, Self.place) == .refused)
        var renamed = box
        renamed[3] = 9
        #expect(Self.failure(Self.key(1), renamed, Self.place) == .refused)
    }

    @Test("the same value is never sealed to the same bytes")
    func freshNonces() {
        let key = Self.key(1)
        let boxes = Set((0..<100).map { _ in key.seal(Secret(text: Self.plain), for: Self.place) })
        #expect(boxes.count == 100)
        #expect(Set(boxes.map { Array($0[5..<17]) }).count == 100)
    }

    @Test("a fingerprint is the same for equal values under one key and another under another")
    func fingerprint() {
        let first = Self.key(1).fingerprint(Secret(text: "value"))
        #expect(first.utf8.count == 16)
        #expect(first == Self.key(1).fingerprint(Secret(text: "value")))
        #expect(first != Self.key(2).fingerprint(Secret(text: "value")))
        #expect(first != Self.key(1).fingerprint(Secret(text: "valuf")))
    }
}
