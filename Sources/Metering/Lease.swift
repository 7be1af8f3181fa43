// SPDX-License-Identifier: Apache-2.0
package import Access

/// What storage knows of one budget. `spent` is written before it is used: after a crash it is what counts, so what a
/// crash can lose is the part of the last lease that was not used yet, and never more is spent than there was.
package struct BudgetState: Equatable, Sendable {
    package var periodStart: Instant
    package var spent: Int64
    package var refills: Int64
    /// The highest alert told in this period, in percent.
    package var alerted: Int64
    /// The rule of the refill as text; under another rule what was spent stays spent.
    package var rule: String

    /// A state as stored.
    package init(periodStart: Instant, spent: Int64, refills: Int64, alerted: Int64, rule: String) {
        self.periodStart = periodStart
        self.spent = spent
        self.refills = refills
        self.alerted = alerted
        self.rule = rule
    }
}

/// A part of a budget that may be spent without writing anything: worked out within the transaction that writes it.
package struct Lease: Sendable {
    /// What storage must hold before the lease is given.
    package let state: BudgetState
    let want: Want
    let quota: Quota
    let periodEnd: Instant
    /// What was spent of it before.
    let spent: Int64
    /// What memory said was spent when this was worked out; nil when it knew nothing, or of a period that is over.
    let knownSpent: Int64?

    /// How much is leased at once: what a crash may lose of a budget. A 32nd, at least 1.
    package static func chunk(of capacity: Int64) -> Int64 { max(1, capacity / 32) }

    /// The next lease of a budget.
    ///
    /// - Parameters:
    ///   - stored: what storage holds; nil when the budget was never touched.
    ///   - known: what memory has spent of the period it knows; nil when it knows none.
    package init(
        _ want: Want, of quota: Quota, stored: BudgetState?, known: Meters.Known?, at now: Instant, in zones: TimeZones
    ) {
        self.want = want
        self.quota = quota
        var turn = Turn(stored: stored, known: known, of: quota, at: now)
        periodEnd = turn.reach(now, quota, in: zones)
        (spent, knownSpent) = (turn.spent, turn.isNewPeriod ? nil : known?.spent)
        let capacity = quota.capacity(refills: turn.state.refills)
        let asked = spent.addingReportingOverflow(max(want.amount, Lease.chunk(of: capacity)))
        // Until this is granted, calls go on spending what was granted before: that much must be written down too.
        let open = knownSpent == nil ? 0 : max(0, (known?.granted ?? 0) - (known?.spent ?? 0))
        turn.state.spent = max(spent + open, min(capacity, asked.overflow ? capacity : asked.partialValue))
        turn.state.rule = quota.refillText
        state = turn.state
    }
}

/// A budget on its way to the period that holds a moment.
private struct Turn {
    var state: BudgetState
    var spent: Int64
    /// Whether what was spent belongs to a period that is over.
    var isNewPeriod = false
    private let isFirst: Bool

    init(stored: BudgetState?, known: Meters.Known?, of quota: Quota, at now: Instant) {
        isFirst = stored == nil
        state = stored ?? BudgetState(periodStart: now, spent: 0, refills: 0, alerted: 0, rule: quota.refillText)
        spent = max(known?.spent ?? state.spent, 0)
    }

    /// Goes there; when that period ends. A clock that was put back changes nothing.
    mutating func reach(_ now: Instant, _ quota: Quota, in zones: TimeZones) -> Instant {
        if state.rule != quota.refillText { restart(quota) }
        guard let refill = quota.refill else { return .distantFuture }
        let period = refill.every.period(holding: now, in: zones)
        if isFirst || state.rule != quota.refillText {
            state.periodStart = period.start
        } else if period.start > state.periodStart {
            state.refills += refill.every.periods(from: state.periodStart, to: period.start, in: zones)
            state.periodStart = period.start
            state.alerted = 0
            if refill.mode == .replace { (spent, isNewPeriod) = (0, true) }
        }
        return refill.every.period(holding: max(now, state.periodStart), in: zones).end
    }

    /// Under another rule refills are counted anew. What was spent stays spent; but where refills were added up, what
    /// was spent of them goes with them, so that about as much is left as before.
    private mutating func restart(_ quota: Quota) {
        if state.rule.hasPrefix(Quota.Refill.Mode.add.rawValue), let refill = quota.refill {
            let (added, overflow) = refill.amount.multipliedReportingOverflow(by: state.refills)
            spent = overflow ? 0 : max(0, spent - added)
        }
        state.refills = 0
    }
}

extension Quota {
    /// The refill rule as text, to tell whether it was changed.
    package var refillText: String {
        guard let refill else { return "once" }
        let every =
            switch refill.every {
            case .day(let zone): "day \(zone)"
            case .week(let zone): "week \(zone)"
            case .month(let zone): "month \(zone)"
            case .length(let length): "\(length)"
            }
        return "\(refill.mode.rawValue) \(every)"
    }
}

extension Quota.Refill.Every {
    /// How many periods later than the one that `first` begins the one is that `last` begins. By the calendar: a day
    /// that a zone left out counts.
    func periods(from first: Instant, to last: Instant, in zones: TimeZones) -> Int64 {
        switch self {
        case .length(let length): (last.milliseconds - first.milliseconds) / length.milliseconds
        case .day(let zone): zones.day(last, in: zone) - zones.day(first, in: zone)
        // Both are Mondays, or the first day after one that a zone left out.
        case .week(let zone): (zones.day(last, in: zone) - zones.day(first, in: zone) + 3) / 7
        case .month(let zone): zones.month(last, in: zone) - zones.month(first, in: zone)
        }
    }
}

extension Meters {
    /// What memory knows of a budget.
    package struct Known: Sendable {
        package let spent: Int64
        package let granted: Int64
        package let refills: Int64
        package let periodEnd: Instant
    }

    /// What memory knows of a budget; nil when it was never leased since the start.
    package func known(_ subject: Subject, in account: Subject) -> Known? {
        locked(account) { stripe in
            guard let place = stripe.knownAccount(subject), stripe.accounts[place].quota != nil else { return nil }
            let known = stripe.accounts[place]
            return Known(
                spent: known.spent, granted: known.granted, refills: known.refills, periodEnd: known.periodEnd)
        }
    }

    /// Puts a lease in force, once storage holds it.
    package func grant(_ lease: Lease) {
        locked(lease.want.account) { stripe in
            let place = stripe.account(lease.want.subject, in: lease.want.account)
            // What calls have spent since the lease was worked out comes on top.
            let since = lease.knownSpent.map { stripe.accounts[place].spent - $0 } ?? 0
            stripe.accounts[place].spent = max(0, lease.spent + since)
            stripe.accounts[place].granted = lease.state.spent
            stripe.accounts[place].refills = lease.state.refills
            let told = stripe.accounts[place].periodEnd == lease.periodEnd ? stripe.accounts[place].alerted : 0
            stripe.accounts[place].alerted = max(told, lease.state.alerted)
            stripe.accounts[place].periodEnd = lease.periodEnd
            stripe.accounts[place].quota = lease.quota
            stripe.accounts[place].isAsked = false
        }
    }

    /// Nothing came of a wish for more; the next call asks again.
    package func refuse(_ want: Want) {
        locked(want.account) { stripe in
            if let place = stripe.knownAccount(want.subject) { stripe.accounts[place].isAsked = false }
        }
    }

    /// Gives up the unused part of leases nobody has used since `moment`, so that a crash loses none of it. Storage is
    /// then told what was really spent.
    package func surrender(unusedSince moment: Instant) -> [(subject: Subject, spent: Int64)] {
        var given: [(Subject, Int64)] = []
        forEachStripe { stripe in
            for place in stripe.accounts.indices {
                let known = stripe.accounts[place]
                guard known.quota != nil, known.lastUse <= moment, known.granted > known.spent else { continue }
                stripe.accounts[place].granted = known.spent
                given.append((known.subject, known.spent))
            }
        }
        return given
    }

    /// Alerts whose share of the budget has been passed since they were last asked for.
    package func passedAlerts() -> [(subject: Subject, percent: Int, spent: Int64, capacity: Int64)] {
        var passed: [(Subject, Int, Int64, Int64)] = []
        forEachStripe { stripe in
            for place in stripe.accounts.indices {
                let known = stripe.accounts[place]
                guard let quota = known.quota, !quota.alerts.isEmpty else { continue }
                let capacity = quota.capacity(refills: known.refills)
                let percent = Int64(Double(known.spent) * 100 / Double(capacity))
                for alert in quota.alerts where Int64(alert) > known.alerted && Int64(alert) <= percent {
                    stripe.accounts[place].alerted = Int64(alert)
                    passed.append((known.subject, alert, known.spent, capacity))
                }
            }
        }
        return passed
    }
}
