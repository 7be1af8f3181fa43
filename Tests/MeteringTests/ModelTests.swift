// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@testable import Metering

@Suite("Meters against a plain telling of limits and budgets")
struct ModelTests {
    /// A world of calls, changes and time, told twice.
    private struct Play {
        var random: Seeded
        let cast: Cast
        var desk = Desk()
        var limitModel = LimitModel()
        var budgetModel = BudgetModel()
        var limits: [[Limit]]
        var quotas: [Subject: Quota] = [:]
        var held: [(payer: Payer, limits: [Limit])] = []
        var tick: UInt64 = 1_000_000_000_000
        var at = FixedTime.start
        var tally = Tally()
        var taken = 0
        var refused = 0

        init(seed: UInt64) {
            random = Seeded(seed)
            cast = Cast(seed: seed)
            limits = cast.keys.map { _ in [] }
            for key in limits.indices { limits[key] = someLimits() }
            for _ in 0..<4 { changeQuota() }
        }

        private mutating func someLimits() -> [Limit] {
            ["a", "b", "c", "d"].prefix(random.below(5)).compactMap { name in
                let measure: Limit.Measure =
                    random.below(4) == 0 ? .inFlight : .rate(per: .seconds(random.pick([1, 2, 7, 60, 3600])))
                return Limit(
                    name, Int64(1 + random.below(random.pick([2, 12, 40]))), measure,
                    sharedBy: random.pick(Limit.Sharing.allCases))
            }
        }

        private mutating func changeQuota() {
            let key = random.below(cast.keys.count)
            let payer = cast.payers[key]
            let subject = random.pick([payer.key, payer.owner, payer.account])
            let amount = Int64(1 + random.below(200))
            // The rule of a budget stays what it is: by the position of the subject.
            switch subject.low % 3 {
            case 0: quotas[subject] = Quota.of(amount)
            case 1: quotas[subject] = Quota.daily(amount)
            default: quotas[subject] = Quota.daily(amount, mode: .add)
            }
            touch(payer, subject)
        }

        /// Both begin to count a budget at the same moment.
        private mutating func touch(_ payer: Payer, _ subject: Subject) {
            let budgets = quotas[subject].map { [Budget(subject: subject, quota: $0)] } ?? []
            _ = desk.charge(payer, .none, budgets, cost: 0, at: Moment(at: at, tick: tick), into: &tally)
            _ = budgetModel.admits(budgets, cost: 0, at)
        }

        private func budgets(_ payer: Payer) -> [Budget] {
            [payer.key, payer.owner, payer.account].compactMap { subject in
                quotas[subject].map { Budget(subject: subject, quota: $0) }
            }
        }

        private mutating func pass() {
            let step = random.pick([0, 1, 1_000_000, 90_000_000, 500_000_000, 5_000_000_000, 200_000_000_000])
            tick += UInt64(step)
            // Rates do not care where the calendar goes; here it only goes forward, in leaps.
            if random.below(60) == 0 { at = at + .seconds(Int64(random.below(3 * 86_400))) }
        }

        private mutating func call() throws {
            let key = random.below(cast.keys.count)
            let (payer, limits) = (cast.payers[key], limits[key])
            let budgets = budgets(payer)
            let (cost, holding) = (Int64(random.pick([0, 1, 1, 1, 2, 3, 9])), random.below(3) == 0)
            let fits = limitModel.admits(payer, limits, cost: cost, holding: holding, tick: tick)
            let isAffordable = cost == 0 || !fits || budgetModel.admits(budgets, cost: cost, at)
            let outcome = desk.charge(
                payer, LimitSet(limits), budgets, cost: cost, holding: holding, at: Moment(at: at, tick: tick),
                into: &tally)
            try #require(outcome == (!fits ? .limited : isAffordable ? .taken : .exceeded))
            if outcome == .taken {
                taken += 1
                limitModel.take(payer, limits, cost: cost, holding: holding, tick: tick)
                _ = budgetModel.admits(budgets, cost: cost, at)
                budgetModel.spend(budgets, cost: cost, at)
                if holding { held.append((payer, limits)) }
            } else {
                refused += 1
            }
            try compare(payer, limits, budgets, outcome)
        }

        /// What the tally says is what is left by the model.
        private mutating func compare(
            _ payer: Payer, _ limits: [Limit], _ budgets: [Budget], _ outcome: Charging
        ) throws {
            try #require(tally.limits.map(\.remaining) == limits.map { limitModel.remaining($0, payer, tick) })
            guard outcome == .taken else { return }
            try #require(tally.quotas.map(\.remaining) == budgets.map { budgetModel.remaining($0, at) })
        }

        /// One step. Throws where the two tellings part.
        mutating func step() throws {
            switch random.below(20) {
            case 0: limits[random.below(limits.count)] = someLimits()
            case 1: changeQuota()
            case 2, 3:
                guard !held.isEmpty else { return }
                let ended = held.remove(at: random.below(held.count))
                desk.meters.release(Hold(payer: ended.payer, set: LimitSet(ended.limits)))
                limitModel.release(ended.payer, ended.limits)
            case 4: desk.meters.sweep(tick: tick)
            case 5...8: pass()
            default: try call()
            }
        }
    }

    @Test("Every decision and every number left is the same", arguments: 1...12 as ClosedRange<UInt64>)
    func same(_ seed: UInt64) throws {
        var play = Play(seed: seed)
        for _ in 0..<4000 { try play.step() }
        #expect(play.taken > 300)
        #expect(play.refused > 300)
    }
}
