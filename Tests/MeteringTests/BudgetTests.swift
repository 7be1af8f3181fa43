// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@testable import Metering

@Suite("Budgets that are changed, at their bounds, settled, and over a clock that is put back")
struct BudgetTests {
    private let payer = Cast(seed: 8).payers[0]
    private var key: Subject { payer.key }

    /// Spends one by one until there is no more; how many.
    private func drain(_ desk: inout Desk, _ quota: Quota, at: Instant) -> Int64 {
        var (tally, count) = (Tally(), Int64(0))
        let budgets = [Budget(subject: key, quota: quota)]
        while desk.charge(payer, .none, budgets, at: Moment(at: at, tick: 1), into: &tally) == .taken { count += 1 }
        return count
    }

    private func spend(_ desk: inout Desk, _ quota: Quota, _ cost: Int64, at: Instant = FixedTime.start) -> Charging {
        var tally = Tally()
        let budgets = [Budget(subject: key, quota: quota)]
        return desk.charge(payer, .none, budgets, cost: cost, at: Moment(at: at, tick: 1), into: &tally)
    }

    private func balance(_ desk: Desk, _ quota: Quota, at: Instant = FixedTime.start, isKnown: Bool = true) -> Balance {
        Balance(
            of: Budget(subject: key, quota: quota), stored: desk.rows[key],
            known: isKnown ? desk.meters.known(key, in: payer.account) : nil, at: at, in: .utc)
    }

    private let day = Length.seconds(86_400)

    @Test("A refused cost costs nothing; a smaller one still passes")
    func refusal() {
        var desk = Desk()
        #expect(spend(&desk, .of(10), 11) == .exceeded)
        #expect(spend(&desk, .of(10), 7) == .taken)
        #expect(spend(&desk, .of(10), 4) == .exceeded)
        #expect(spend(&desk, .of(10), 3) == .taken)
        #expect(spend(&desk, .of(10), 0) == .taken)
        #expect(spend(&desk, .of(10), 1) == .exceeded)
    }

    @Test("A changed amount holds from the next call on, and what was spent stays spent")
    func changedAmount() {
        var desk = Desk()
        #expect(spend(&desk, .daily(100), 60) == .taken)
        #expect(spend(&desk, .daily(50), 1) == .exceeded)
        #expect(drain(&desk, .daily(70), at: FixedTime.start) == 10)
        #expect(drain(&desk, .daily(1000), at: FixedTime.start) == 930)
    }

    /// Rules one after the other, what is spent under the first after so many days, and what is left under the second.
    static let changes: [(Quota, days: Int64, spent: Int64, Quota, left: Int64)] = [
        (.of(100), 0, 60, .daily(100), 40), (.daily(100), 0, 60, .of(100), 40),
        (.daily(100), 3, 60, .daily(100, mode: .add), 40), (.daily(100), 3, 60, .of(100), 40),
        // Four days' amounts were there and 60 of them are spent: more than the new rule gives at once.
        (.daily(100, mode: .add), 3, 60, .daily(100), 100), (.daily(100, mode: .add), 3, 360, .daily(100), 40),
        (.daily(100, mode: .add), 3, 400, .daily(100), 0),
    ]

    @Test("Under another rule about as much is left as before, never more than the new rule gives", arguments: changes)
    func changedRule(_ first: Quota, _ days: Int64, _ spent: Int64, _ second: Quota, _ left: Int64) {
        var desk = Desk()
        #expect(spend(&desk, first, 0) == .taken)
        let later = FixedTime.start + .seconds(days * 86_400)
        #expect(spend(&desk, first, spent, at: later) == .taken)
        #expect(balance(desk, second, at: later).remaining == left)
        #expect(drain(&desk, second, at: later) == left)
        desk.crash()
        #expect(drain(&desk, second, at: later) == 0)
    }

    @Test("What is left stays where refills are added, and is gone where they replace")
    func modes() {
        for (mode, second, fifth) in [(Quota.Refill.Mode.replace, 10, 10), (.add, 13, 30)]
            as [(Quota.Refill.Mode, Int64, Int64)]
        {
            var desk = Desk()
            let quota = Quota.daily(10, mode: mode)
            #expect(spend(&desk, quota, 7) == .taken)
            #expect(drain(&desk, quota, at: FixedTime.start + day) == second)
            #expect(drain(&desk, quota, at: FixedTime.start + .seconds(4 * 86_400)) == fifth)
        }
    }

    @Test("A clock that goes back and forth by hours refills once")
    func clock() {
        for (mode, crashes) in [(Quota.Refill.Mode.replace, false), (.add, false), (.replace, true), (.add, true)] {
            var (random, desk) = (Seeded(9), Desk())
            let quota = Quota.daily(100, mode: mode)
            #expect(spend(&desk, quota, 0) == .taken)
            // From 9 in the morning on, midnights are crossed in both directions, within two days.
            var (passed, isSecondDay, onFirst) = (Int64(0), false, Int64(0))
            for _ in 0..<600 {
                let hours = Int64.random(in: -9..<39, using: &random)
                isSecondDay = isSecondDay || hours >= 15
                guard spend(&desk, quota, 1, at: FixedTime.start + .seconds(hours * 3600)) == .taken else { continue }
                passed += 1
                if !isSecondDay { onFirst += 1 }
                if crashes, random.below(20) == 0 { desk.crash() }
                if random.below(20) == 0 { desk.takeBack(unusedSince: .distantFuture) }
            }
            let most = mode == .add ? 200 : 100 + onFirst
            #expect(
                crashes ? passed <= most && passed > 50 : passed == most,
                "\(mode), crashes: \(crashes), \(passed) of \(most)")
        }
    }

    @Test("The largest budgets do not overflow")
    func largest() {
        let most = Quota.amounts.upperBound
        var desk = Desk()
        let quota = Quota.daily(most, mode: .add)
        #expect(quota.capacity(refills: 1) == most)
        #expect(quota.capacity(refills: 1023) == most)
        #expect(quota.capacity(refills: .max) == most)
        #expect(Quota.of(most, .init(amount: 1, every: .day(zone: "UTC"), mode: .add)).capacity(refills: 5) == most)
        #expect(spend(&desk, quota, most) == .taken)
        #expect(spend(&desk, quota, most) == .exceeded)
        #expect(spend(&desk, quota, .max) == .exceeded)
        #expect(spend(&desk, quota, 1, at: .latest) == .exceeded)
        #expect(balance(desk, quota, at: .latest).remaining == 0)
    }

    @Test("A balance is what memory has spent; without memory what is lent counts as spent")
    func balances() {
        var desk = Desk()
        let quota = Quota.daily(3200)
        #expect(
            balance(desk, quota)
                == Balance(
                    of: Budget(subject: key, quota: quota), stored: nil, known: nil, at: FixedTime.start, in: .utc))
        #expect(balance(desk, quota).remaining == 3200)
        #expect(spend(&desk, quota, 10) == .taken)
        #expect(balance(desk, quota).remaining == 3190)
        #expect(balance(desk, quota, isKnown: false).remaining == 3100)
        #expect(balance(desk, quota).refillsAt?.description == "2026-02-01T00:00:00.000Z")
        #expect(balance(desk, quota, at: FixedTime.start + day).remaining == 3200)
        #expect(balance(desk, .of(5)).refillsAt == nil)
    }

    private func reserve(_ desk: inout Desk, _ quota: Quota, _ cost: Int64, until end: UInt64 = 100) -> ReservationID? {
        guard spend(&desk, quota, cost) == .taken else { return nil }
        var random = Randomness.system
        let id = ReservationID(at: FixedTime.start, using: &random)
        let account = AccountID("acc_01k9zzzzzzzzzzzzzzzzzzzzzz")
        let budgets = [Budget(subject: key, quota: quota)]
        guard let account,
            desk.meters.reserve(id, payer, .none, budgets, cost: cost, account: account, until: end)
        else { return nil }
        return id
    }

    @Test("A settlement gives back what was not used, once")
    func givesBack() throws {
        var desk = Desk()
        let id = try #require(reserve(&desk, .of(100), 80))
        #expect(spend(&desk, .of(100), 30) == .exceeded)
        #expect(desk.meters.settle(id, cost: 5) == .settled(reserved: 80))
        #expect(desk.meters.settle(id, cost: 5) == .unknown)
        #expect(drain(&desk, .of(100), at: FixedTime.start) == 95)
    }

    @Test("A settlement takes more, also beyond the budget, and that is written down")
    func takesMore() throws {
        var desk = Desk()
        let id = try #require(reserve(&desk, .of(100), 10))
        guard case .awaitsLease(let want) = desk.meters.settle(id, cost: 150) else {
            Issue.record("more was used than is written down")
            return
        }
        desk.meters.grant(desk.write(want, .of(100), at: FixedTime.start))
        #expect(desk.rows[key]?.spent == 150)
        desk.crash()
        #expect(spend(&desk, .of(100), 1) == .exceeded)
        #expect(spend(&desk, .of(151), 1) == .taken)
    }

    @Test("What nobody settles settles itself at its estimate")
    func overdue() throws {
        var desk = Desk()
        let id = try #require(reserve(&desk, .of(100), 80, until: 50))
        desk.meters.settleOverdue(tick: 49)
        #expect(desk.meters.reservation(id) != nil)
        desk.meters.settleOverdue(tick: 50)
        #expect(desk.meters.settle(id, cost: 0) == .unknown)
        #expect(drain(&desk, .of(100), at: FixedTime.start) == 20)
    }

    @Test("A settlement after the refill does not touch the new period")
    func afterRefill() throws {
        var desk = Desk()
        let quota = Quota.daily(100)
        let id = try #require(reserve(&desk, quota, 80))
        let tomorrow = FixedTime.start + day
        #expect(spend(&desk, quota, 60, at: tomorrow) == .taken)
        #expect(desk.meters.settle(id, cost: 0) == .settled(reserved: 80))
        #expect(drain(&desk, quota, at: tomorrow) == 40)
    }

    @Test("Alerts are told once each, in order, and again in the next period")
    func alerts() throws {
        var desk = Desk()
        let refill = Quota.Refill(amount: 100, every: .day(zone: "UTC"))
        let quota = try #require(Quota(amount: 100, refill: refill, alerts: [50, 80, 100]))
        #expect(spend(&desk, quota, 49) == .taken)
        #expect(desk.meters.passedAlerts().isEmpty)
        #expect(spend(&desk, quota, 31) == .taken)
        #expect(desk.meters.passedAlerts().map(\.percent) == [50, 80])
        #expect(desk.meters.passedAlerts().isEmpty)
        #expect(spend(&desk, quota, 20) == .taken)
        #expect(desk.meters.passedAlerts().map(\.percent) == [100])
        #expect(spend(&desk, quota, 50, at: FixedTime.start + day) == .taken)
        #expect(desk.meters.passedAlerts().map(\.percent) == [50])
    }
}
