// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import Secrets

@Suite struct GaloisByteTests {
    @Test(
        "products are those of FIPS 197, 4.2", arguments: [(0x57, 0x83, 0xC1), (0x57, 0x13, 0xFE), (0x02, 0x80, 0x1B)])
    func products(left: Int, right: Int, product: Int) {
        #expect(GaloisByte(UInt8(left)) * GaloisByte(UInt8(right)) == GaloisByte(UInt8(product)))
    }

    @Test("every element but zero has its inverse, and zero stays zero")
    func inverses() {
        #expect(GaloisByte(0).inverse == GaloisByte(0))
        for value in 1...255 as ClosedRange<UInt8> {
            #expect(GaloisByte(value) * GaloisByte(value).inverse == GaloisByte(1))
        }
    }
}

@Suite struct KeySharesTests {
    private static func key(_ seed: UInt64 = 1) -> MasterKey {
        var random = Seeded(seed)
        return MasterKey(bytes: Secret(count: 32, using: &random))
    }

    private static func split(_ key: MasterKey, _ threshold: Int, of count: Int, seed: UInt64 = 2) -> [KeyShare] {
        var random = Seeded(seed)
        return KeyShares.split(key, threshold: threshold, count: count, using: &random)
    }

    private static func fault(_ shares: [KeyShare]) -> KeyShares.Fault? {
        do {
            _ = try KeyShares.combine(shares)
            return nil
        } catch { return error }
    }

    @Test("any three of five give the key, in any order", arguments: 0..<40 as Range<UInt64>)
    func anyThree(seed: UInt64) throws {
        let key = Self.key(seed)
        let shares = Self.split(key, 3, of: 5, seed: seed + 100)
        for one in 0..<5 {
            for two in 0..<5 where two != one {
                for three in 0..<5 where three != one && three != two {
                    let found = try KeyShares.combine([shares[one], shares[two], shares[three]])
                    #expect(found.id == key.id && found.bytes.exposed() == key.bytes.exposed())
                }
            }
        }
        #expect(try KeyShares.combine(shares).id == key.id)
    }

    @Test("other numbers of shares", arguments: [(2, 2), (2, 255), (255, 255), (7, 9)])
    func numbers(threshold: Int, count: Int) throws {
        let shares = Self.split(Self.key(), threshold, of: count)
        #expect(try KeyShares.combine(Array(shares.suffix(threshold))).id == Self.key().id)
        #expect(
            Self.fault(Array(shares.prefix(threshold - 1)))
                == .tooFew(needed: threshold, given: threshold - 1))
    }

    /// Two points lie on one parabola for each value at zero: so every byte of the key is still possible.
    @Test("two shares of three say nothing: for every key there is a third share that gives it")
    func twoSayNothing() {
        let shares = Self.split(Self.key(), 3, of: 5)
        let (one, two) = (shares[0].bytes.bytes.exposed(), shares[1].bytes.bytes.exposed())
        for position in 0..<32 {
            var possible = Set<UInt8>()
            for third in 0...255 as ClosedRange<UInt8> {
                // Lagrange at zero over the points 1, 2 and 3: each weight is other / (other + own).
                let points: [(UInt8, UInt8)] = [(1, one[position]), (2, two[position]), (3, third)]
                var value = GaloisByte(0)
                for (own, height) in points {
                    var weight = GaloisByte(height)
                    for (other, _) in points where other != own {
                        weight = weight * GaloisByte(other) * GaloisByte(other ^ own).inverse
                    }
                    value = value + weight
                }
                possible.insert(value.value)
            }
            #expect(possible.count == 256)
        }
    }

    @Test("each share of one key differs from one splitting to the next, and none is the key")
    func fresh() {
        let (first, second) = (Self.split(Self.key(), 3, of: 5), Self.split(Self.key(), 3, of: 5, seed: 3))
        for (one, two) in zip(first, second) {
            #expect(one.bytes.bytes.exposed() != two.bytes.bytes.exposed())
            #expect(one.bytes.bytes.exposed() != Self.key().bytes.exposed())
            #expect(one.set != two.set)
        }
    }

    @Test("a share of another set, and one given twice, is named")
    func strangers() {
        let (mine, other) = (Self.split(Self.key(), 3, of: 5), Self.split(Self.key(), 3, of: 5, seed: 3))
        #expect(Self.fault([mine[0], mine[1], other[2]]) == .otherSet(position: 2))
        #expect(Self.fault([mine[0], other[1], mine[2]]) == .otherSet(position: 1))
        #expect(Self.fault([mine[0], mine[1], mine[0], mine[2]]) == .twice(position: 2))
        #expect(Self.fault([]) == .tooFew(needed: 2, given: 0))
    }

    @Test("a forged share whose checksum fits is found by the id of what comes out")
    func forged() {
        let shares = Self.split(Self.key(), 3, of: 5)
        var bytes = shares[2].bytes.bytes.exposed()
        bytes[5] ^= 1
        let forged = KeyShare(
            set: shares[2].set, keyID: shares[2].keyID, threshold: 3, count: 5, number: 3, bytes: Secret(wiping: &bytes)
        )
        #expect(Self.fault([shares[0], shares[1], forged]) == .otherKey)
    }

    @Test("a share reads back from its text; with any one character changed it is refused")
    func texts() throws {
        let share = Self.split(Self.key(), 3, of: 5)[4]
        let text = share.text.exposed()
        let read = try KeyShare(Secret(copying: text.span))
        #expect(read.set == share.set && read.keyID == share.keyID && read.number == 5 && read.threshold == 3)
        #expect(read.bytes.bytes.exposed() == share.bytes.bytes.exposed())
        for position in 0..<(text.count - 1) {
            var altered = text
            altered[position] = text[position] == UInt8(ascii: "3") ? UInt8(ascii: "4") : UInt8(ascii: "3")
            #expect(throws: KeyShare.Fault.self) { _ = try KeyShare(Secret(copying: altered.span)) }
        }
    }

    @Test(
        "what is no share is refused",
        arguments: [
            "", "bitting-share-1", "bitting-share-1 a b 3of5 1 00 x", "bitting-master-key-1 0123456789abcdef 00",
            "bitting-share-1 0123456789abcdef 0123456789abcdef 1of5 1 \(String(repeating: "0", count: 64)) 00000000",
            "bitting-share-1 0123456789abcdef 0123456789abcdef 3of2 1 \(String(repeating: "0", count: 64)) 00000000",
            "bitting-share-1 0123456789abcdef 0123456789abcdef 3of5 6 \(String(repeating: "0", count: 64)) 00000000",
            "bitting-share-1 0123456789abcdef 0123456789abcdef 3of5 0 \(String(repeating: "0", count: 64)) 00000000",
        ])
    func junk(text: String) {
        #expect(throws: KeyShare.Fault.unreadable) { _ = try KeyShare(Secret(text: text)) }
    }
}
