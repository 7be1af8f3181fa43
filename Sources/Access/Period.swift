// SPDX-License-Identifier: Apache-2.0

/// How far a zone's clocks are ahead of UTC at a moment, in seconds; nil when there is no such zone. A value that
/// comes in: the core has no calendar of the world.
package struct TimeZones: Sendable {
    private let offset: @Sendable (_ zone: String, _ moment: Instant) -> Int64?

    /// From a source of offsets.
    package init(_ offset: @escaping @Sendable (_ zone: String, _ moment: Instant) -> Int64?) { self.offset = offset }

    /// Only UTC.
    package static let utc = TimeZones { zone, _ in zone == "UTC" ? 0 : nil }

    /// Whether there is such a zone.
    package func knows(_ zone: String) -> Bool { offset(zone, Instant(milliseconds: 0)) != nil }

    func seconds(_ zone: String, _ moment: Instant) -> Int64 { offset(zone, moment) ?? 0 }

    /// The day it is there, counted from 1 January 1970.
    package func day(_ moment: Instant, in zone: String) -> Int64 {
        (moment.milliseconds + seconds(zone, moment) * 1000).floorDivided(by: 86_400_000).quotient
    }

    /// The month it is there, counted from January of the year 0.
    package func month(_ moment: Instant, in zone: String) -> Int64 {
        let date = Civil.date(ofDay: day(moment, in: zone))
        return date.year * 12 + date.month - 1
    }
}

/// A stretch of time from a beginning up to, not including, an end.
package struct Period: Equatable, Sendable {
    package let start: Instant
    package let end: Instant

    /// A stretch.
    package init(start: Instant, end: Instant) {
        self.start = start
        self.end = end
    }
}

extension Quota.Refill.Every {
    /// The period that holds `moment`.
    ///
    /// Where a midnight does not exist because clocks are put forward over it, the day begins at the first moment
    /// after the gap; where it comes twice, at the first of the two.
    package func period(holding moment: Instant, in zones: TimeZones) -> Period {
        switch self {
        case .length(let length):
            let (count, _) = moment.milliseconds.floorDivided(by: length.milliseconds)
            let start = Instant(milliseconds: count * length.milliseconds)
            return Period(start: start, end: start + length)
        case .day(let zone): return Self.period(zone, moment, zones, first: { $0 }, next: { $0 + 1 })
        case .week(let zone):
            // Day 0, 1 January 1970, was a Thursday.
            return Self.period(
                zone, moment, zones, first: { $0 - ($0 + 3).floorDivided(by: 7).remainder }, next: { $0 + 7 })
        case .month(let zone):
            return Self.period(zone, moment, zones, first: Self.firstOfMonth, next: Self.firstOfNextMonth)
        }
    }

    private static func firstOfMonth(_ day: Int64) -> Int64 {
        let date = Civil.date(ofDay: day)
        return Civil.day(date.year, date.month, 1)
    }

    private static func firstOfNextMonth(_ day: Int64) -> Int64 {
        let date = Civil.date(ofDay: day)
        return date.month == 12 ? Civil.day(date.year + 1, 1, 1) : Civil.day(date.year, date.month + 1, 1)
    }

    private static func period(
        _ zone: String, _ moment: Instant, _ zones: TimeZones, first: (Int64) -> Int64, next: (Int64) -> Int64
    ) -> Period {
        var day = first(zones.day(moment, in: zone))
        var start = midnight(day, zone, zones)
        // A clock put back over midnight can make the local day earlier than the period that has begun.
        if start > moment {
            day = first(day - 1)
            start = midnight(day, zone, zones)
        }
        var end = midnight(next(day), zone, zones)
        if end <= moment {
            day = next(day)
            (start, end) = (end, midnight(next(day), zone, zones))
        }
        return Period(start: start, end: end)
    }

    /// The first moment whose local time is at or after midnight of a day.
    private static func midnight(_ day: Int64, _ zone: String, _ zones: TimeZones) -> Instant {
        let wanted = day * 86_400_000
        func local(_ utc: Int64) -> Int64 { utc + zones.seconds(zone, Instant(milliseconds: utc)) * 1000 }
        // Offsets lie within a day of UTC: the moment is between these two.
        var (low, high) = (wanted - 86_400_000, wanted + 86_400_000)
        if local(low) - low == local(high) - high { return Instant(milliseconds: wanted - (local(low) - low)) }
        // A clock is changed in between. Local time is before `wanted` at the one and not at the other; on the way it
        // may go back once, and then the first crossing is looked for from the earlier side.
        let step: Int64 = 900_000
        var probe = low
        while probe <= high {
            if local(probe) >= wanted {
                (low, high) = (probe - step, probe)
                break
            }
            probe += step
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2
            if local(middle) >= wanted { high = middle } else { low = middle }
        }
        return Instant(milliseconds: high)
    }
}
