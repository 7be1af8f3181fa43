// SPDX-License-Identifier: Apache-2.0

/// A moment in UTC, in milliseconds since 1970. Written as RFC 3339 with milliseconds: `2026-01-31T09:00:00.000Z`.
package struct Instant: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    /// A moment from its milliseconds since 1970.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Later than any moment a person would name.
    package static let distantFuture = Instant(milliseconds: .max)
    /// The last moment that is accepted from outside: the end of the year 9999.
    package static let latest = Instant(milliseconds: 253_402_300_799_999)

    package static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }
    /// So long before.
    package static func - (left: Instant, right: Length) -> Instant { left + Length(milliseconds: -right.milliseconds) }
    package static func + (left: Instant, right: Length) -> Instant {
        let (sum, overflow) = left.milliseconds.addingReportingOverflow(right.milliseconds)
        return Instant(milliseconds: overflow ? .max : sum)
    }

    package var description: String {
        let (days, time) = milliseconds.floorDivided(by: 86_400_000)
        let (year, month, day) = Civil.date(ofDay: days)
        return Civil.pad(year, 4) + "-" + Civil.pad(month, 2) + "-" + Civil.pad(day, 2) + "T"
            + Civil.pad(time / 3_600_000, 2) + ":" + Civil.pad(time / 60_000 % 60, 2) + ":"
            + Civil.pad(time / 1000 % 60, 2) + "." + Civil.pad(time % 1000, 3) + "Z"
    }

    /// Reads RFC 3339: date, `T`, time, up to nine fraction digits (three are kept), `Z` or an offset. Leap seconds
    /// are refused.
    package init?(_ text: some StringProtocol) {
        var reader = Civil.Reader(Array(text.utf8))
        guard let year = reader.digits(4), reader.skip("-"), let month = reader.digits(2), reader.skip("-"),
            let day = reader.digits(2), reader.skip("T") || reader.skip("t"), let hour = reader.digits(2),
            reader.skip(":"),
            let minute = reader.digits(2), reader.skip(":"), let second = reader.digits(2),
            let fraction = reader.fraction(), let offset = reader.offset(), reader.isAtEnd,
            (1...12).contains(month), day >= 1, day <= Civil.days(in: month, of: year), hour < 24, minute < 60,
            second < 60
        else { return nil }
        let seconds = Civil.day(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset * 60
        milliseconds = seconds * 1000 + fraction
    }
}

/// A length of time in milliseconds. Written `90s`, `15m`, `24h`, `7d`.
package struct Length: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let milliseconds: Int64

    /// A length from its milliseconds.
    package init(milliseconds: Int64) { self.milliseconds = milliseconds }
    /// A length from whole seconds.
    package static func seconds(_ count: Int64) -> Length { Length(milliseconds: count * 1000) }
    package static func < (left: Length, right: Length) -> Bool { left.milliseconds < right.milliseconds }

    /// Reads a whole number and one of `s m h d`; at most ten years.
    package init?(_ text: some StringProtocol) {
        let digits = Array(text.utf8.dropLast())
        guard let unit = Array(text.utf8).last, (1...11).contains(digits.count),
            digits.allSatisfy({ (0x30...0x39).contains($0) }),
            let count = Int64(String(decoding: digits, as: UTF8.self))
        else { return nil }
        let factor: Int64
        switch unit {
        case UInt8(ascii: "s"): factor = 1000
        case UInt8(ascii: "m"): factor = 60_000
        case UInt8(ascii: "h"): factor = 3_600_000
        case UInt8(ascii: "d"): factor = 86_400_000
        default: return nil
        }
        let (product, overflow) = count.multipliedReportingOverflow(by: factor)
        guard !overflow, product <= 3660 * 86_400_000 else { return nil }
        milliseconds = product
    }

    package var description: String {
        for (unit, factor) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000)] as [(String, Int64)]
        where milliseconds >= factor && milliseconds % factor == 0 { return "\(milliseconds / factor)\(unit)" }
        return "\(milliseconds / 1000)s"
    }
}
