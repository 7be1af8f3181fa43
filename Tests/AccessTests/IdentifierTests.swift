// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@Suite struct IdentifierTests {
    @Test("an identifier's text is read back as the same identifier")
    func roundTrip() {
        var random = Seeded(1)
        for _ in 0..<2000 {
            let id = KeyID(high: random.next(), low: random.next())
            let text = id.description
            #expect(text.utf8.count == 4 + 26)
            #expect(KeyID(text) == id)
        }
        for (high, low) in [(0, 0), (.max, .max), (1 << 63, 1), (0, .max)] as [(UInt64, UInt64)] {
            #expect(KeyID(KeyID(high: high, low: low).description) == KeyID(high: high, low: low))
        }
    }

    @Test("the digits are those of Crockford's base 32")
    func knownText() {
        #expect(KeyID(high: 0, low: 31).description == "key_" + String(repeating: "0", count: 25) + "z")
        #expect(KeyID(high: .max, low: .max).description == "key_7" + String(repeating: "z", count: 25))
        #expect(AccountID(high: 1 << 59, low: 0).description.hasPrefix("acc_08"))
    }

    @Test("identifiers and their texts sort in the order of creation")
    func sorts() {
        var random = Seeded(2)
        var ids: [KeyID] = []
        for step in 0..<500 {
            ids.append(KeyID(at: Instant(milliseconds: 1_700_000_000_000 + Int64(step * step * 977)), using: &random))
        }
        #expect(ids.sorted() == ids)
        #expect(ids.map(\.description).sorted() == ids.map(\.description))
    }

    @Test("order of texts is order of identifiers, whatever the bits")
    func textOrder() {
        var random = Seeded(3)
        for _ in 0..<2000 {
            let high = random.next() & 3
            let one = KeyID(high: high, low: random.next())
            let two = KeyID(high: random.next() & 3, low: random.next())
            #expect((one < two) == (one.description < two.description))
        }
    }

    @Test("a new identifier is a UUID of version 7 with the moment in front")
    func version() {
        var random = Seeded(4)
        let id = KeyID(at: FixedTime.start, using: &random)
        #expect(id.high >> 16 == UInt64(FixedTime.start.milliseconds))
        #expect(id.high >> 12 & 0xF == 7)
        #expect(id.low >> 62 == 2)
    }

    @Test("a moment before 1970 makes an identifier all the same")
    func beforeTheEpoch() {
        var random = Seeded(5)
        #expect(KeyID(at: Instant(milliseconds: -1), using: &random).high >> 16 == 0)
    }

    @Test(
        "what is not an identifier's text is refused",
        arguments: [
            "", "key", "key_", "key_01k9", "acc_00000000000000000000000000", "key-00000000000000000000000000",
            "key_0000000000000000000000000", "key_000000000000000000000000000", "KEY_00000000000000000000000000",
            "key_0000000000000000000000000A", "key_0000000000000000000000000u", "key_0000000000000000000000000i",
            "key_0000000000000000000000000l", "key_0000000000000000000000000o", "key_80000000000000000000000000",
            "key_z0000000000000000000000000", "key_ 0000000000000000000000000", "key_0000000000000000000000000\n",
            "key_00000000000000000000000é", "key__0000000000000000000000000", "ks_000000000000000000000000000",
        ])
    func refused(text: String) {
        #expect(KeyID(text) == nil)
    }

    @Test("an owner is read by its prefix, and by nothing else")
    func owners() {
        let (account, app, user) = (AccountID(high: 1, low: 2), AppID(high: 1, low: 2), UserID(high: 1, low: 2))
        #expect(OwnerID(account.description) == .account(account))
        #expect(OwnerID(app.description) == .app(app))
        #expect(OwnerID(user.description) == .user(user))
        #expect(OwnerID(KeyID(high: 1, low: 2).description) == nil)
        #expect(OwnerID.app(app) != .user(user))
    }
}
