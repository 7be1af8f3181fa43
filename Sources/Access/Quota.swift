// SPDX-License-Identifier: Apache-2.0

/// A budget in any unit: requests, tokens, cents. Spent by the cost of calls, refilled by period.
package struct Quota: Hashable, Sendable {
    /// When and how it is refilled.
    package struct Refill: Hashable, Sendable {
        /// When a period begins.
        package enum Every: Hashable, Sendable {
            /// At midnight in a time zone.
            case day(zone: String)
            /// Mondays at midnight.
            case week(zone: String)
            /// On the first at midnight.
            case month(zone: String)
            /// A fixed length, counted from 1970.
            case length(Length)
        }

        /// What becomes of what was left.
        package enum Mode: String, Hashable, Sendable, CaseIterable {
            /// It is gone: each period starts with the amount.
            case replace
            /// It stays, and the amount comes on top.
            case add
        }

        package let amount: Int64
        package let every: Every
        package let mode: Mode

        /// A refill.
        package init(amount: Int64, every: Every, mode: Mode = .replace) {
            self.amount = amount
            self.every = every
            self.mode = mode
        }
    }

    /// What there is at first.
    package let amount: Int64
    /// Nil: it is given once.
    package let refill: Refill?
    /// Percentages of the budget at whose passing an event says so; ascending.
    package let alerts: [Int]

    /// The amounts that are taken; JSON numbers are exact up to the last one.
    package static let amounts: ClosedRange<Int64> = 1...9_007_199_254_740_991
    /// The lengths a period may have.
    package static let lengths: ClosedRange<Length> = .seconds(60)...(.seconds(3660 * 86_400))
    /// How many alerts one quota may have.
    package static let longestAlerts = 10

    /// A quota; nil when a part is out of bounds. Alerts are put in order.
    package init?(amount: Int64, refill: Refill? = nil, alerts: [Int] = []) {
        guard Quota.amounts.contains(amount), alerts.count <= Quota.longestAlerts,
            alerts.allSatisfy({ (1...100).contains($0) })
        else { return nil }
        if let refill {
            guard Quota.amounts.contains(refill.amount) else { return nil }
            if case .length(let length) = refill.every, !Quota.lengths.contains(length) { return nil }
        }
        self.amount = amount
        self.refill = refill
        self.alerts = Set(alerts).sorted()
    }

    /// All that may be spent by the end of a period, `refills` periods after the first one began.
    package func capacity(refills: Int64) -> Int64 {
        guard let refill, refills > 0 else { return amount }
        switch refill.mode {
        case .replace: return refill.amount
        case .add:
            let (added, overflow) = refill.amount.multipliedReportingOverflow(by: refills)
            let bound = Quota.amounts.upperBound
            return overflow || added >= bound - amount ? bound : amount + added
        }
    }
}
