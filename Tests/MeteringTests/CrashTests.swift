// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@testable import Metering

@Suite("Budgets over crashes")
struct CrashTests {
    /// One budget, spent by calls of many costs, while leases are written, granted late or never, and memory is lost.
    private struct Play {
        var random: Seeded
        var desk = Desk()
        let payer: Payer
        let quota: Quota
        var at = FixedTime.start
        /// A lease that is written and not granted yet.
        var pending: Lease?
        var tally = Tally()
        /// What calls were told they may spend, in the period at hand; in all, where what is left stays.
        var let_: Int64 = 0
        var refills: Int64 = 0
        var crashes: Int64 = 0
        let largestCost: Int64

        init(seed: UInt64, _ quota: Quota) {
            random = Seeded(seed)
            payer = Cast(seed: seed).payers[0]
            self.quota = quota
            largestCost = max(1, quota.amount / 50)
        }

        var capacity: Int64 { quota.capacity(refills: refills) }

        private mutating func call() throws {
            let cost = Int64.random(in: 1...largestCost, using: &random)
            let budgets = [Budget(subject: payer.key, quota: quota)]
            let moment = Moment(at: at, tick: 1)
            let outcome = desk.meters.charge(payer, .none, budgets, cost: cost, at: moment, into: &tally)
            switch outcome {
            case .taken:
                let_ += cost
                try #require(let_ <= capacity, "more was let through than there was")
            case .awaitsLease(let want): if pending == nil { pending = desk.write(want, quota, at: at) }
            case .exceeded: break
            case .limited: Issue.record("there are no limits")
            }
            if let low = tally.low, pending == nil { pending = desk.write(low, quota, at: at) }
        }

        private mutating func crash() {
            desk.crash()
            pending = nil
            crashes += 1
        }

        private mutating func nextDay() {
            at = at + .seconds(86_400)
            refills += 1
            if quota.refill?.mode == .replace { let_ = 0 }
            crashes = 0
        }

        mutating func step() throws {
            switch random.below(400) {
            case 0...7: crash()
            case 8...9: if quota.refill != nil { nextDay() }
            case 10...19: if pending == nil { desk.takeBack(unusedSince: .distantFuture) }
            case 20...120:
                if let lease = pending {
                    desk.meters.grant(lease)
                    pending = nil
                }
            default: try call()
            }
        }

        /// Spends one by one until there is no more.
        mutating func drain() {
            if let lease = pending { desk.meters.grant(lease) }
            let budgets = [Budget(subject: payer.key, quota: quota)]
            while desk.charge(payer, .none, budgets, at: Moment(at: at, tick: 1), into: &tally) == .taken { let_ += 1 }
        }

        /// What one crash may lose: a chunk, or what one call asked for at once.
        var lossOfACrash: Int64 { max(Lease.chunk(of: capacity), largestCost) }
    }

    static let quotas = [
        Quota.of(1), .of(31), .of(1000), .of(100_003), .daily(1), .daily(500), .daily(20_000), .daily(300, mode: .add),
    ]

    @Test("Never more than there is, whatever memory is lost when", arguments: quotas)
    func neverMore(_ quota: Quota) throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            var play = Play(seed: seed, quota)
            for _ in 0..<3000 { try play.step() }
        }
    }

    @Test("A crash loses at most one chunk", arguments: quotas)
    func boundedLoss(_ quota: Quota) throws {
        for seed in 1...8 as ClosedRange<UInt64> {
            var play = Play(seed: seed, quota)
            for _ in 0..<play.random.below(600) { try play.step() }
            // Where what is left stays, what earlier days lost is lost too.
            let lossy = quota.refill?.mode == .add ? 600 : play.crashes
            play.drain()
            #expect(play.let_ <= play.capacity)
            #expect(play.let_ >= play.capacity - lossy * play.lossOfACrash, "seed \(seed)")
        }
    }

    @Test("Without a crash nothing is lost", arguments: quotas)
    func nothingLost(_ quota: Quota) throws {
        var desk = Desk()
        let payer = Cast(seed: 3).payers[0]
        let budgets = [Budget(subject: payer.key, quota: quota)]
        var (tally, spent) = (Tally(), Int64(0))
        let moment = Moment(at: FixedTime.start, tick: 1)
        while desk.charge(payer, .none, budgets, at: moment, into: &tally) == .taken {
            spent += 1
            if spent % 7 == 0 { desk.takeBack(unusedSince: .distantFuture) }
        }
        #expect(spent == quota.amount)
        #expect(desk.rows[payer.key]?.spent == quota.amount)
    }

    @Test("After a clean stop storage holds exactly what was spent")
    func cleanStop() {
        var desk = Desk()
        let payer = Cast(seed: 4).payers[0]
        let budgets = [Budget(subject: payer.key, quota: .of(1000))]
        var tally = Tally()
        for _ in 0..<123 {
            _ = desk.charge(payer, .none, budgets, at: Moment(at: FixedTime.start, tick: 1), into: &tally)
        }
        #expect((desk.rows[payer.key]?.spent ?? 0) > 123)
        desk.takeBack(unusedSince: .distantFuture)
        #expect(desk.rows[payer.key]?.spent == 123)
        desk.crash()
        _ = desk.charge(payer, .none, budgets, at: Moment(at: FixedTime.start, tick: 1), into: &tally)
        #expect(tally.quotas.first?.remaining == 876)
    }
}
