// SPDX-License-Identifier: Apache-2.0
import Access
import Foundation
import TestKit
import Testing

@Suite("Periods by the clocks of a place")
struct PeriodTests {
    private typealias Every = Quota.Refill.Every

    /// Gaps and overlaps at midnight, half an hour of summer time, days that never were or came twice, and plain ones.
    static let zones = [
        "UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Beirut", "Africa/Cairo", "Pacific/Apia",
        "Australia/Lord_Howe", "America/St_Johns", "America/Havana", "Pacific/Kwajalein", "Asia/Tehran",
        "Asia/Kathmandu", "Africa/Casablanca", "Antarctica/Troll",
    ]

    private static func everies(_ zone: String) -> [Every] {
        [.day(zone: zone), .week(zone: zone), .month(zone: zone)]
    }

    /// Moments at random, and around each change of the zone's clocks that is found from there on.
    private static func moments(_ zone: String, _ random: inout Seeded) -> [Instant] {
        let (first, last) = (Instant("1965-01-01T00:00:00Z"), Instant("2099-12-31T00:00:00Z"))
        let range = (first?.milliseconds ?? 0)..<(last?.milliseconds ?? 1)
        return (0..<25).flatMap { _ -> [Instant] in
            let moment = Int64.random(in: range, using: &random)
            let change = nextChange(after: moment, zone)
            let near = [-86_400_000, -3_600_001, -1, 0, 1, 1_799_999, 3_600_000, 86_400_000].map { change + $0 }
            return ([moment] + near).map(Instant.init(milliseconds:))
        }
    }

    /// The first moment at which the zone's clocks have been changed; a year later when they are not.
    private static func nextChange(after moment: Int64, _ zone: String) -> Int64 {
        func offset(_ at: Int64) -> Int64 { local(Instant(milliseconds: at), zone) - at }
        let day: Int64 = 86_400_000
        guard let end = (1...366).map({ moment + $0 * day }).first(where: { offset($0) != offset($0 - day) }) else {
            return moment + 366 * day
        }
        var (low, high) = (end - day, end)
        while high - low > 1 {
            let middle = (low + high) / 2
            if offset(middle) == offset(end) { high = middle } else { low = middle }
        }
        return high
    }

    /// What the clocks of a zone show, in milliseconds as if it were UTC.
    private static func local(_ moment: Instant, _ zone: String) -> Int64 {
        let date = Date(timeIntervalSince1970: Double(moment.milliseconds) / 1000)
        return moment.milliseconds + Int64(TimeZone(identifier: zone)?.secondsFromGMT(for: date) ?? 0) * 1000
    }

    @Test("They tile the time line: each holds its moments, and begins where the one before ends", arguments: zones)
    func tiles(_ zone: String) {
        var random = Seeded(7)
        let moments = Self.moments(zone, &random)
        for every in Self.everies(zone) {
            for moment in moments {
                let period = every.period(holding: moment, in: .iana)
                #expect(period.start <= moment && moment < period.end, "\(every) \(moment)")
                #expect(every.period(holding: period.start, in: .iana) == period, "\(every) \(moment)")
                let last = Instant(milliseconds: period.end.milliseconds - 1)
                #expect(every.period(holding: last, in: .iana) == period, "\(every) \(moment)")
                #expect(every.period(holding: period.end, in: .iana).start == period.end, "\(every) \(moment)")
            }
        }
    }

    @Test("They begin at midnight, or at the first moment after a gap that midnight falls in", arguments: zones)
    func midnights(_ zone: String) {
        var random = Seeded(8)
        let day: Int64 = 86_400_000
        for moment in Self.moments(zone, &random) {
            for every in Self.everies(zone) {
                let start = every.period(holding: moment, in: .iana).start
                let shown = Self.local(start, zone)
                if shown % day == 0 { continue }
                let before = Self.local(Instant(milliseconds: start.milliseconds - 1), zone)
                #expect(before / day < shown / day, "\(every) \(moment) begins at \(start)")
                #expect(shown - before > 1, "\(every) \(moment) begins at \(start) without a gap")
            }
        }
    }

    @Test(
        "Weeks begin on a Monday, months on a first",
        arguments: zones.filter { $0 != "Pacific/Apia" && $0 != "Pacific/Kwajalein" })
    func firsts(_ zone: String) {
        var random = Seeded(9)
        for moment in Self.moments(zone, &random) {
            let week = Every.week(zone: zone).period(holding: moment, in: .iana)
            let month = Every.month(zone: zone).period(holding: moment, in: .iana)
            // 5 January 1970 was a Monday.
            #expect((TimeZones.iana.day(week.start, in: zone) - 4) % 7 == 0, "\(moment)")
            #expect(
                Instant(milliseconds: TimeZones.iana.day(month.start, in: zone) * 86_400_000).description.dropFirst(8)
                    .hasPrefix("01T"), "\(moment)")
        }
    }

    @Test("A length tiles from 1970 on, and before", arguments: [60, 3600, 43_200, 86_399, 3660 * 86_400] as [Int64])
    func lengths(_ seconds: Int64) {
        var random = Seeded(UInt64(seconds))
        let every = Every.length(.seconds(seconds))
        for _ in 0..<500 {
            let moment = Instant(milliseconds: .random(in: -4_000_000_000_000...4_000_000_000_000, using: &random))
            let period = every.period(holding: moment, in: .utc)
            #expect(period.start <= moment && moment < period.end)
            #expect(period.end.milliseconds - period.start.milliseconds == seconds * 1000)
            #expect(every.period(holding: period.end, in: .utc).start == period.end)
            #expect(period.start.milliseconds % (seconds * 1000) == 0)
        }
    }

    /// A unit and zone, a moment, and the period that holds it.
    static let places: [(String, String, String, String, String)] = [
        ("day", "UTC", "2024-02-29T12:00:00Z", "2024-02-29T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
        ("month", "UTC", "2024-02-10T00:00:00Z", "2024-02-01T00:00:00.000Z", "2024-03-01T00:00:00.000Z"),
        ("month", "UTC", "2100-02-28T23:59:59Z", "2100-02-01T00:00:00.000Z", "2100-03-01T00:00:00.000Z"),
        ("month", "UTC", "2000-02-29T00:00:00Z", "2000-02-01T00:00:00.000Z", "2000-03-01T00:00:00.000Z"),
        ("month", "UTC", "2026-12-31T23:59:59.999Z", "2026-12-01T00:00:00.000Z", "2027-01-01T00:00:00.000Z"),
        ("week", "UTC", "1970-01-01T00:00:00Z", "1969-12-29T00:00:00.000Z", "1970-01-05T00:00:00.000Z"),
        ("week", "UTC", "2026-11-22T23:59:59Z", "2026-11-16T00:00:00.000Z", "2026-11-23T00:00:00.000Z"),
        // 23 and 25 hours.
        ("day", "Europe/Berlin", "2024-03-31T10:00:00Z", "2024-03-30T23:00:00.000Z", "2024-03-31T22:00:00.000Z"),
        ("day", "Europe/Berlin", "2024-10-27T10:00:00Z", "2024-10-26T22:00:00.000Z", "2024-10-27T23:00:00.000Z"),
        ("month", "Europe/Berlin", "2024-03-15T00:00:00Z", "2024-02-29T23:00:00.000Z", "2024-03-31T22:00:00.000Z"),
        // Midnight does not exist: clocks go from 00:00 to 01:00.
        ("day", "America/Sao_Paulo", "2018-11-04T12:00:00Z", "2018-11-04T03:00:00.000Z", "2018-11-05T02:00:00.000Z"),
        ("day", "America/Sao_Paulo", "2018-11-04T02:59:59Z", "2018-11-03T03:00:00.000Z", "2018-11-04T03:00:00.000Z"),
        ("day", "Asia/Beirut", "2022-03-27T00:00:00Z", "2022-03-26T22:00:00.000Z", "2022-03-27T21:00:00.000Z"),
        ("day", "Africa/Cairo", "2023-04-28T00:00:00Z", "2023-04-27T22:00:00.000Z", "2023-04-28T21:00:00.000Z"),
        // Clocks go from 24:00 back to 23:00: midnight comes once, after the hour that came twice.
        ("day", "Africa/Cairo", "2023-10-26T21:30:00Z", "2023-10-25T21:00:00.000Z", "2023-10-26T22:00:00.000Z"),
        ("day", "America/Sao_Paulo", "2018-02-18T02:30:00Z", "2018-02-17T02:00:00.000Z", "2018-02-18T03:00:00.000Z"),
        // Clocks go from 00:01 back to 23:01: midnight comes twice, and the first one counts.
        ("day", "America/St_Johns", "2006-10-29T02:45:00Z", "2006-10-29T02:30:00.000Z", "2006-10-30T03:30:00.000Z"),
        ("day", "America/St_Johns", "2006-10-29T02:29:59Z", "2006-10-28T02:30:00.000Z", "2006-10-29T02:30:00.000Z"),
        // Clocks go from 01:00 back to 00:00.
        ("day", "America/Havana", "2023-11-05T05:30:00Z", "2023-11-05T04:00:00.000Z", "2023-11-06T05:00:00.000Z"),
        // There was no 30 December 2011.
        ("day", "Pacific/Apia", "2011-12-30T09:59:59Z", "2011-12-29T10:00:00.000Z", "2011-12-30T10:00:00.000Z"),
        ("day", "Pacific/Apia", "2011-12-30T10:00:00Z", "2011-12-30T10:00:00.000Z", "2011-12-31T10:00:00.000Z"),
        ("month", "Pacific/Apia", "2011-12-15T00:00:00Z", "2011-12-01T10:00:00.000Z", "2011-12-31T10:00:00.000Z"),
        // Half an hour.
        ("day", "Australia/Lord_Howe", "2023-10-01T00:00:00Z", "2023-09-30T13:30:00.000Z", "2023-10-01T13:00:00.000Z"),
        ("day", "Australia/Lord_Howe", "2024-04-07T00:00:00Z", "2024-04-06T13:00:00.000Z", "2024-04-07T13:30:00.000Z"),
    ]

    @Test("Known days of known places", arguments: places)
    func known(_ unit: String, _ zone: String, _ moment: String, _ start: String, _ end: String) throws {
        let every: Every =
            switch unit {
            case "day": .day(zone: zone)
            case "week": .week(zone: zone)
            default: .month(zone: zone)
            }
        let period = every.period(holding: try #require(Instant(moment)), in: .iana)
        #expect(period.start.description == start)
        #expect(period.end.description == end)
    }

    @Test("A zone that is unknown is told apart")
    func unknownZones() {
        #expect(TimeZones.iana.knows("Europe/Berlin"))
        #expect(!TimeZones.iana.knows("Europe/Nowhere"))
        #expect(!TimeZones.utc.knows("Europe/Berlin"))
    }
}
