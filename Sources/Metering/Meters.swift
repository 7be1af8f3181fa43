// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Synchronization

/// What all calls have used: the counts behind limits and quotas, exact under concurrency.
///
/// In stripes by account, each under one lock, so that a call takes all it is charged for or nothing. A charge holds
/// the lock for some tens of nanoseconds. Rates are GCRA (ITU-T I.371): one number a limit, no windows, no queues.
/// Budgets are spent only as far as storage has written them down as spent, so that no crash gives any back.
package final class Meters: Sendable {
    private let stripes: [Lock]
    let reservations = Mutex<[ReservationID: Reservation]>([:])

    private final class Lock: Sendable {
        let stripe = Mutex(Stripe())
    }

    /// Empty meters.
    package init() { stripes = (0..<64).map { _ in Lock() } }

    @inline(__always)
    func locked<Result>(_ account: Subject, _ body: (inout Stripe) -> sending Result) -> sending Result {
        stripes[Int(truncatingIfNeeded: (account.low &* 0x9E37_79B9_7F4A_7C15) >> 58)].stripe.withLock { body(&$0) }
    }

    /// Takes `cost` from all limits and budgets, or nothing from any. A cost of 0 looks without taking.
    ///
    /// - Parameters:
    ///   - cost: what budgets are charged, and limits too unless `limitCosts` says otherwise.
    ///   - limitCosts: what each limit of the set is charged; empty for `cost`.
    ///   - holding: whether calls in flight are counted; then ``release(_:)`` must follow.
    @inline(__always)
    package func charge(
        _ payer: Payer, _ set: LimitSet, _ budgets: [Budget] = [], cost: Int64 = 1,
        limitCosts: [Int64] = [], holding: Bool = false, at moment: Moment, into tally: inout Tally
    ) -> Charging {
        tally.clear()
        return locked(payer.account) { stripe in
            var passes = true
            stripe.places.removeAll(keepingCapacity: true)
            for (position, rule) in set.rules.enumerated() {
                let cost = limitCosts.isEmpty ? cost : limitCosts[position]
                let place = stripe.meter(payer.subject(rule), rule.name)
                stripe.places.append(place)
                stripe.meters[place].adopt(rule, tick: moment.tick)
                if !stripe.meters[place].admits(rule, cost, holding: holding, tick: moment.tick) { passes = false }
            }
            guard passes else {
                Self.read(
                    set, stripe, cost: cost, limitCosts, holding: holding, hasTaken: false, moment, into: &tally)
                return .limited
            }
            if !budgets.isEmpty {
                let outcome = stripe.check(budgets, payer.account, cost, moment.at)
                guard outcome == .taken else {
                    Self.read(set, stripe, cost: 0, holding: false, hasTaken: false, moment, into: &tally)
                    Self.read(budgets, stripe, cost: cost, moment.at, into: &tally)
                    return outcome
                }
                for budget in budgets { stripe.spend(budget, cost, moment.at, into: &tally) }
                Self.read(budgets, stripe, cost: 0, moment.at, into: &tally)
            }
            for (position, rule) in set.rules.enumerated() {
                let cost = limitCosts.isEmpty ? cost : limitCosts[position]
                stripe.meters[stripe.places[position]].take(rule, cost, holding: holding, tick: moment.tick)
            }
            Self.read(set, stripe, cost: 0, holding: false, hasTaken: true, moment, into: &tally)
            return .taken
        }
    }

    /// A call that was counted in flight has ended.
    package func release(_ hold: Hold) {
        locked(hold.payer.account) { stripe in
            for rule in hold.set.rules where rule.limit.measure == .inFlight {
                let place = stripe.meter(hold.payer.subject(rule), rule.name)
                stripe.meters[place].running = max(0, stripe.meters[place].running - 1)
            }
        }
    }

    /// Frees what says nothing any more.
    package func sweep(tick: UInt64) {
        for lock in stripes { lock.stripe.withLock { $0.sweep(tick: tick) } }
    }

    /// All budgets in memory, stripe by stripe.
    func forEachStripe(_ body: (inout Stripe) -> Void) {
        for lock in stripes { lock.stripe.withLock { body(&$0) } }
    }

    @inline(__always)
    private static func read(
        _ set: LimitSet, _ stripe: borrowing Stripe, cost: Int64, _ limitCosts: [Int64] = [], holding: Bool,
        hasTaken: Bool, _ moment: Moment,
        into tally: inout Tally
    ) {
        for (position, rule) in set.rules.enumerated() {
            let cost = limitCosts.isEmpty ? cost : limitCosts[position]
            let meter = stripe.meters[stripe.places[position]]
            tally.limits.append(
                meter.reading(rule, position, hasTaken ? 0 : cost, holding: holding, tick: moment.tick))
        }
    }

    private static func read(
        _ budgets: [Budget], _ stripe: borrowing Stripe, cost: Int64, _ now: Instant, into tally: inout Tally
    ) {
        for budget in budgets {
            guard let place = stripe.knownAccount(budget.subject) else { continue }
            tally.quotas.append(stripe.accounts[place].rest(budget, cost, now))
        }
    }
}

/// A call that counts as in flight until it is released.
package struct Hold: Sendable {
    let payer: Payer
    let set: LimitSet

    /// What a charge with `holding` took.
    package init(payer: Payer, set: LimitSet) {
        self.payer = payer
        self.set = set
    }
}

extension Stripe.Meter {
    /// Goes over to a rule when another one was in force. What was used counts in units, and at most as much as the new
    /// rule has. Also before a refusal: from now on units come back as the new rule says, so that the wait that is told
    /// is the wait there is.
    @inline(__always)
    mutating func adopt(_ rule: LimitSet.Rule, tick: UInt64) {
        guard end > tick, rule.interval > 0, interval != rule.interval || end - tick > rule.tolerance else { return }
        end = tick + min(converted(end - tick, rule), rule.tolerance)
        interval = rule.interval
    }

    /// `ahead` in the new rule's time, rounded up to the nanosecond: rounded to whole units, rules that take turns
    /// would give nothing back. Both products stay below 2^128, and a quotient beyond any tolerance is cut off.
    private func converted(_ ahead: UInt64, _ rule: LimitSet.Rule) -> UInt64 {
        guard interval > 0, interval != rule.interval else { return ahead }
        let product = ahead.multipliedFullWidth(by: rule.interval)
        guard product.high < interval else { return .max }
        let (quotient, remainder) = interval.dividingFullWidth(product)
        return remainder == 0 ? quotient : quotient + 1
    }

    /// How far ahead of now the meter stands.
    @inline(__always)
    private func ahead(_ tick: UInt64) -> UInt64 { end > tick ? end - tick : 0 }

    @inline(__always)
    func admits(_ rule: LimitSet.Rule, _ cost: Int64, holding: Bool, tick: UInt64) -> Bool {
        guard rule.limit.measure != .inFlight else { return !holding || running < rule.limit.amount }
        guard cost <= rule.limit.amount else { return false }
        return ahead(tick) + UInt64(cost) * rule.interval <= rule.tolerance
    }

    @inline(__always)
    mutating func take(_ rule: LimitSet.Rule, _ cost: Int64, holding: Bool, tick: UInt64) {
        guard rule.limit.measure != .inFlight else {
            if holding { running += 1 }
            return
        }
        end = tick + ahead(tick) + UInt64(cost) * rule.interval
        interval = rule.interval
    }

    @inline(__always)
    func reading(_ rule: LimitSet.Rule, _ position: Int, _ cost: Int64, holding: Bool, tick: UInt64) -> Tally.Reading {
        guard rule.limit.measure != .inFlight else {
            let left = max(0, rule.limit.amount - running)
            return Tally.Reading(
                rule: position, remaining: left, wait: 1_000_000_000, whole: 0, isViolated: holding && left == 0)
        }
        let ahead = self.ahead(tick)
        let isViolated = !admits(rule, cost, holding: holding, tick: tick)
        let wait: UInt64
        if isViolated {
            wait = cost > rule.limit.amount ? rule.tolerance : ahead + UInt64(cost) * rule.interval - rule.tolerance
        } else {
            wait = ahead == 0 ? 0 : (ahead - 1) % rule.interval + 1
        }
        return Tally.Reading(
            rule: position, remaining: Int64((rule.tolerance - ahead) / rule.interval), wait: wait, whole: ahead,
            isViolated: isViolated)
    }
}

extension Stripe {
    /// Whether all budgets have room for `cost`, and room that is written down.
    mutating func check(_ budgets: [Budget], _ account: Subject, _ cost: Int64, _ now: Instant) -> Charging {
        var outcome = Charging.taken
        for budget in budgets {
            let place = self.account(budget.subject, in: account)
            let known = accounts[place]
            guard known.quota?.refill == budget.quota.refill, known.quota != nil, now < known.periodEnd else {
                outcome = .awaitsLease(Want(subject: budget.subject, account: account, amount: cost))
                continue
            }
            let (after, overflow) = known.spent.addingReportingOverflow(cost)
            if cost > 0, overflow || after > budget.quota.capacity(refills: known.refills) { return .exceeded }
            if after > known.granted {
                outcome = .awaitsLease(Want(subject: budget.subject, account: account, amount: cost))
            }
        }
        return outcome
    }

    mutating func spend(_ budget: Budget, _ cost: Int64, _ now: Instant, into tally: inout Tally) {
        let place = account(budget.subject, in: budget.subject)
        accounts[place].spent += cost
        accounts[place].lastUse = now
        let known = accounts[place]
        let capacity = budget.quota.capacity(refills: known.refills)
        guard !known.isAsked, known.granted < capacity, known.granted - known.spent < Lease.chunk(of: capacity) / 2
        else { return }
        accounts[place].isAsked = true
        tally.low = Want(subject: budget.subject, account: known.account, amount: 0)
    }
}

extension Stripe.Account {
    func rest(_ budget: Budget, _ cost: Int64, _ now: Instant) -> Tally.Rest {
        let capacity = budget.quota.capacity(refills: refills)
        let isKnown = now < periodEnd
        let left = isKnown ? max(0, capacity - spent) : capacity
        return Tally.Rest(
            subject: subject, capacity: capacity, remaining: left,
            refillsAt: budget.quota.refill == nil || !isKnown ? nil : periodEnd, isExceeded: isKnown && cost > left)
    }
}
