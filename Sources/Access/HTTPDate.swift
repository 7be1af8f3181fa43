// SPDX-License-Identifier: Apache-2.0

extension Instant {
    /// The moment as an IMF-fixdate (RFC 9110, 5.6.7), to the second below: `Sat, 31 Jan 2026 09:00:00 GMT`. For years
    /// 0 to 9999.
    package var httpDate: String {
        let (day, time) = milliseconds.floorDivided(by: 86_400_000)
        let date = Civil.date(ofDay: day)
        // Day 0, 1 January 1970, was a Thursday.
        let weekday = Self.weekdays[Int((day + 4).floorDivided(by: 7).remainder)]
        let clock = [time / 3_600_000, time / 60_000 % 60, time / 1000 % 60].map { Civil.pad($0, 2) }
        return weekday + ", " + Civil.pad(date.day, 2) + " " + Self.months[Int(date.month) - 1] + " "
            + Civil.pad(date.year, 4) + " " + clock.joined(separator: ":") + " GMT"
    }

    /// Reads an IMF-fixdate; nil for anything else, the two obsolete forms included.
    package init?(httpDate text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard text.utf8.count == 29, parts.count == 6, parts[5] == "GMT", parts[0].count == 4, parts[0].hasSuffix(","),
            Self.weekdays.contains(String(parts[0].dropLast())),
            let month = Self.months.firstIndex(of: String(parts[2]))
        else { return nil }
        self.init("\(parts[3])-\(Civil.pad(Int64(month) + 1, 2))-\(parts[1])T\(parts[4])Z")
    }

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
}
