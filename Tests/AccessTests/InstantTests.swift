// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@Suite struct InstantTests {
    @Test(
        "moments are written and read as RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00.000Z", 0), ("2026-01-31T09:00:00.000Z", 1_769_850_000_000),
            ("2000-02-29T23:59:59.999Z", 951_868_799_999), ("2100-03-01T00:00:00.000Z", 4_107_542_400_000),
            ("2024-02-29T12:00:00.001Z", 1_709_208_000_001), ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
            ("1969-12-31T23:59:59.999Z", -1), ("0001-01-01T00:00:00.000Z", -62_135_596_800_000),
        ] as [(String, Int64)])
    func table(text: String, milliseconds: Int64) {
        #expect(Instant(milliseconds: milliseconds).description == text)
        #expect(Instant(text)?.milliseconds == milliseconds)
    }

    @Test(
        "other spellings of a moment are read",
        arguments: [
            "2026-01-31T09:00:00Z", "2026-01-31t09:00:00z", "2026-01-31T09:00:00.0Z", "2026-01-31T09:00:00.000999999Z",
            "2026-01-31T10:00:00+01:00", "2026-01-31T03:30:00-05:30", "2026-01-31T09:00:00-00:00",
            "2026-02-01T08:59:00+23:59",
        ])
    func spellings(text: String) {
        #expect(Instant(text) == FixedTime.start)
    }

    @Test(
        "fractions keep three digits",
        arguments: [(".5", 500), (".05", 50), (".123456789", 123), (".9999", 999), (".100", 100)] as [(String, Int64)])
    func fractions(fraction: String, milliseconds: Int64) {
        #expect(Instant("1970-01-01T00:00:00\(fraction)Z")?.milliseconds == milliseconds)
    }

    @Test(
        "what is no moment is refused",
        arguments: [
            "", "2026", "2026-01-31", "2026-01-31T09:00:00", "2026-01-31 09:00:00Z", "2026-1-31T09:00:00Z",
            "2026-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-00-10T00:00:00Z",
            "2026-13-01T00:00:00Z", "2026-01-00T00:00:00Z", "2026-01-32T00:00:00Z", "2026-01-31T24:00:00Z",
            "2026-01-31T09:60:00Z", "2026-12-31T23:59:60Z", "2026-01-31T09:00:00.Z", "2026-01-31T09:00:00.1234567890Z",
            "2026-01-31T09:00:00+24:00", "2026-01-31T09:00:00+01:60", "2026-01-31T09:00:00+0100",
            "2026-01-31T09:00:00Z ",
            " 2026-01-31T09:00:00Z", "2026-01-31T09:00:00ZZ", "+026-01-31T09:00:00Z", "2026-01-31T09:00:00,5Z",
            "２026-01-31T09:00:00Z", "20260131T090000Z", "-2026-01-31T09:00:00Z", "12026-01-31T09:00:00Z",
        ])
    func refused(text: String) {
        #expect(Instant(text) == nil)
    }

    @Test("every moment of the years 1970 to 9999 is read back as itself, and texts sort as moments do")
    func roundTrip() {
        var random = Seeded(1)
        for _ in 0..<5000 {
            let one = Instant(milliseconds: Int64.random(in: 0...Instant.latest.milliseconds, using: &random))
            let two = Instant(milliseconds: Int64.random(in: 0...Instant.latest.milliseconds, using: &random))
            #expect(Instant(one.description) == one)
            #expect(one.description.utf8.count == 24)
            #expect((one < two) == (one.description < two.description))
        }
    }

    @Test("every day of four centuries follows the one before it")
    func calendar() {
        var (year, month, day) = (1970, 1, 1)
        let lengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        for count in 0..<146_097 as Range<Int64> {
            let text = Instant(milliseconds: count * 86_400_000).description
            #expect(text.utf8.prefix(10).elementsEqual("\(year)-\(two(month))-\(two(day))".utf8))
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            day += 1
            if day > lengths[month - 1] + (month == 2 && isLeap ? 1 : 0) { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
    }

    @Test("adding a length stops at the far future")
    func saturates() {
        #expect(Instant.distantFuture + .seconds(1) == .distantFuture)
        #expect(FixedTime.start + .seconds(60) == Instant("2026-01-31T09:01:00Z"))
    }
}

@Suite struct LengthTests {
    @Test(
        "lengths are read and written in their largest unit",
        arguments: [
            ("90s", "90s", 90_000), ("60s", "1m", 60_000), ("15m", "15m", 900_000), ("24h", "1d", 86_400_000),
            ("7d", "7d", 604_800_000), ("3660d", "3660d", 316_224_000_000), ("0s", "0s", 0), ("007s", "7s", 7000),
        ] as [(String, String, Int64)])
    func table(text: String, shown: String, milliseconds: Int64) {
        #expect(Length(text)?.milliseconds == milliseconds)
        #expect(Length(text)?.description == shown)
    }

    @Test(
        "what is no length is refused",
        arguments: [
            "", "s", "1", "-1s", "+1s", "1.5h", "1 h", " 1h", "1h ", "1w", "1S", "1hh", "3661d", "316224001s",
            "99999999999s", "9999999999999999999d", "٣s", "1ms", "0x1s",
        ])
    func refused(text: String) {
        #expect(Length(text) == nil)
    }

    @Test("what is written is read back")
    func roundTrip() {
        var random = Seeded(2)
        for _ in 0..<2000 {
            let length = Length.seconds(Int64(random.below(316_224_000)))
            #expect(Length(length.description) == length)
        }
    }
}
