// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct MasterKeyTests {
    private static func file(_ seed: UInt64 = 1) -> (key: MasterKey, file: [UInt8]) {
        var random = Seeded(seed)
        return MasterKey.generate(using: &random)
    }

    private static func fault(_ file: [UInt8]) -> MasterKey.Fault? {
        do {
            _ = try MasterKey(file: Secret(copying: file.span))
            return nil
        } catch { return error }
    }

    @Test("the file that was made is read back as the same key")
    func roundTrip() throws {
        let (key, file) = Self.file()
        #expect(try MasterKey(file: Secret(copying: file.span)).id == key.id)
        #expect(key.id.utf8.count == 16)
        #expect(String(decoding: file, as: UTF8.self).hasPrefix("bitting-master-key-1 \(key.id) "))
    }

    @Test("a file with any one digit changed is refused")
    func altered() {
        let file = Self.file().file
        let start = "bitting-master-key-1 ".utf8.count
        for position in start..<(file.count - 1) where file[position] != 0x20 {
            var altered = file
            altered[position] = file[position] == 0x30 ? 0x31 : 0x30
            #expect(Self.fault(altered) == .altered)
        }
    }

    @Test(
        "a file of another form is refused",
        arguments: [
            "", "\n", "bitting-master-key-1", "bitting-master-key-2 0123456789abcdef 00", "not a key",
            "bitting-master-key-1 0123456789abcdef " + String(repeating: "0", count: 62),
            "bitting-master-key-1 0123456789abcdef " + String(repeating: "0", count: 66),
            "bitting-master-key-1 0123456789abcdef " + String(repeating: "g", count: 64),
            "bitting-master-key-1 0123456789abcdef " + String(repeating: "0", count: 64) + " more",
        ])
    func junk(text: String) {
        #expect(Self.fault(Array(text.utf8)) == .unreadable)
    }

    @Test("the id of one key over the bytes of another is refused")
    func otherBytes() {
        let (one, two) = (Self.file(1).file, Self.file(2).file)
        #expect(Self.fault(Array(one.prefix(37)) + Array(two.dropFirst(37))) == .altered)
    }

    @Test("bytes that are not text are refused")
    func notText() {
        #expect(Self.fault([0xFF, 0xFE, 0x00]) == .unreadable)
    }
}

@Suite struct KeyringTests {
    private static func master(_ seed: UInt64) -> MasterKey {
        var random = Seeded(seed)
        return MasterKey.generate(using: &random).key
    }

    private static func term(_ number: UInt32, _ master: MasterKey) -> Keyring.SealedTerm {
        var random = Seeded(UInt64(number) + 100)
        return Keyring.newTerm(number, under: master, using: &random)
    }

    private static func fault(_ terms: [Keyring.SealedTerm], _ master: MasterKey) -> Keyring.Fault? {
        do {
            _ = try Keyring(opening: terms, with: master)
            return nil
        } catch { return error }
    }

    @Test("a keyring under another master key is refused, and says which is which")
    func otherMaster() {
        let (mine, other) = (Self.master(1), Self.master(2))
        #expect(Self.fault([Self.term(1, mine)], other) == .otherMasterKey(stored: mine.id, given: other.id))
    }

    @Test("the same id over other bytes is refused")
    func sameIDOtherBytes() {
        let (mine, other) = (Self.master(1), Self.master(2))
        let posing = Keyring.SealedTerm(number: 1, masterKeyID: mine.id, box: Self.term(1, other).box)
        #expect(Self.fault([posing], mine) == .doesNotOpen(id: mine.id))
    }

    @Test("a term under another number, or an altered one, is refused")
    func renumbered() {
        let mine = Self.master(1)
        let term = Self.term(1, mine)
        #expect(Self.fault([.init(number: 2, masterKeyID: mine.id, box: term.box)], mine) == .doesNotOpen(id: mine.id))
        var box = term.box
        box[20] ^= 1
        #expect(Self.fault([.init(number: 1, masterKeyID: mine.id, box: box)], mine) == .doesNotOpen(id: mine.id))
        #expect(Self.fault([.init(number: 1, masterKeyID: mine.id, box: [])], mine) == .doesNotOpen(id: mine.id))
    }

    @Test("no term at all is refused")
    func empty() {
        #expect(Self.fault([], Self.master(1)) == .empty)
    }

    @Test("with two terms the newer seals and both open")
    func twoTerms() throws {
        let mine = Self.master(1)
        var random = Seeded(9)
        let first = try Keyring(opening: [Self.term(1, mine)], with: mine)
        let old = first.newDataKey(account: "acc_1", using: &random)
        let both = try Keyring(opening: [Self.term(2, mine), Self.term(1, mine)], with: mine)
        let new = both.newDataKey(account: "acc_1", using: &random)
        #expect(SealingKey.term(of: old) == 1)
        #expect(SealingKey.term(of: new) == 2)
        let place = Place("here")
        let sealed = try first.dataKey(old, account: "acc_1").seal(Secret(text: "value"), for: place)
        #expect(try both.dataKey(old, account: "acc_1").open(sealed, from: place).exposed() == Array("value".utf8))
        #expect(throws: SealFailure.unreadable) { _ = try first.dataKey(new, account: "acc_1") }
    }

    @Test("a data key of one account is not one of another's")
    func otherAccount() throws {
        let mine = Self.master(1)
        var random = Seeded(9)
        let keyring = try Keyring(opening: [Self.term(1, mine)], with: mine)
        let box = keyring.newDataKey(account: "acc_1", using: &random)
        #expect(throws: SealFailure.refused) { _ = try keyring.dataKey(box, account: "acc_2") }
        #expect(throws: SealFailure.unreadable) { _ = try keyring.dataKey([0, 0], account: "acc_1") }
    }
}

@Suite struct KeyringRotationTests {
    private static func master(_ seed: UInt64) -> MasterKey {
        var random = Seeded(seed)
        return MasterKey.generate(using: &random).key
    }

    private static func keyring() throws -> Keyring {
        var random = Seeded(3)
        let master = master(1)
        return try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
    }

    @Test("terms sealed under another master key open with it, and no more with the former one")
    func rekeyed() throws {
        let keyring = try Self.keyring()
        let box = keyring.seal(Secret(text: "value"), for: Place("p"))
        let terms = keyring.sealedTerms(under: Self.master(2))
        #expect(
            try Keyring(opening: terms, with: Self.master(2)).open(box, from: Place("p")).exposed()
                == Array("value".utf8))
        #expect(throws: Keyring.Fault.otherMasterKey(stored: Self.master(2).id, given: Self.master(1).id)) {
            _ = try Keyring(opening: terms, with: Self.master(1))
        }
    }

    @Test("a term that one copy takes up seals in all of them, and what was sealed before still opens")
    func shared() throws {
        let keyring = try Self.keyring()
        let copy = keyring
        var random = Seeded(4)
        let old = keyring.newDataKey(account: "acc_1", number: 7, using: &random)
        try keyring.takeUp(keyring.nextTerm(using: &random))
        #expect(copy.newestTerm == 2)
        let new = try #require(try copy.rewrapped(old, account: "acc_1", number: 7))
        #expect(SealingKey.term(of: new) == 2)
        #expect(try copy.rewrapped(new, account: "acc_1", number: 7) == nil)
        let place = Place("here")
        let sealed = try copy.dataKey(old, account: "acc_1", number: 7).seal(Secret(text: "v"), for: place)
        #expect(SealingKey.term(of: sealed) == 7, "a ciphertext names its data key")
        #expect(try copy.dataKey(new, account: "acc_1", number: 7).open(sealed, from: place).exposed() == [0x76])
        #expect(throws: SealFailure.refused) { _ = try copy.dataKey(new, account: "acc_1", number: 8) }
        #expect(throws: SealFailure.refused) { _ = try copy.dataKey(new, account: "acc_1", number: 0) }
    }

    @Test("a term under a master key that is not in use is not taken up")
    func foreignTerm() throws {
        let keyring = try Self.keyring()
        var random = Seeded(4)
        let foreign = Keyring.newTerm(2, under: Self.master(2), using: &random)
        #expect(throws: Keyring.Fault.self) { try keyring.takeUp(foreign) }
        #expect(keyring.newestTerm == 1)
    }
}
