// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `1000` once, `1000/month`, `1000/week@Europe/Berlin`, `500/12h+add`.
struct QuotaArgument: ExpressibleByArgument {
    /// How it is written, for help texts.
    static let grammar = "1000, 1000/day, /week or /month with @Europe/Berlin, or 1000/12h; +add keeps what is left"

    let quota: Quota

    init?(argument: String) {
        let sides = argument.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let amount = WholeNumber.read(sides[0]) else { return nil }
        let refill = sides.dropFirst().first.map { Self.refill($0, of: amount) }
        if case .some(.none) = refill { return nil }
        guard let quota = Quota(amount: amount, refill: refill ?? nil) else { return nil }
        self.quota = quota
    }

    /// What stands behind the slash. Whether there is such a zone the server knows.
    private static func refill(_ text: Substring, of amount: Int64) -> Quota.Refill? {
        let isAdded = text.hasSuffix("+add")
        let parts = text.dropLast(isAdded ? 4 : 0).split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        guard let every = every(parts[0], zone: parts.dropFirst().first.map(String.init)) else { return nil }
        return Quota.Refill(amount: amount, every: every, mode: isAdded ? .add : .replace)
    }

    private static func every(_ word: Substring, zone: String?) -> Quota.Refill.Every? {
        guard zone != "" else { return nil }
        switch word {
        case "day": return .day(zone: zone ?? "UTC")
        case "week": return .week(zone: zone ?? "UTC")
        case "month": return .month(zone: zone ?? "UTC")
        default: return zone == nil ? Length(word).map { .length($0) } : nil
        }
    }

    /// The quota with its alerts.
    func json(alerts: [Int]) -> JSON {
        .given([
            "amount": .integer(quota.amount), "refill": quota.refill.map(Self.json),
            "alerts": alerts.unlessEmpty { .array($0.map { .integer(Int64($0)) }) },
        ])
    }

    private static func json(_ refill: Quota.Refill) -> JSON {
        let (every, zone): (String, String?) =
            switch refill.every {
            case .day(let zone): ("day", zone)
            case .week(let zone): ("week", zone)
            case .month(let zone): ("month", zone)
            case .length(let length): (length.description, nil)
            }
        return .given([
            "every": .string(every), "zone": zone.map(JSON.string), "mode": refill.mode == .add ? "add" : nil,
        ])
    }
}
