// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@testable import Metering

@Suite("Limits that are changed, at their bounds, and told")
struct LimitTests {
    private let payer = Cast(seed: 6).payers[0]
    private let second: UInt64 = 1_000_000_000

    private func set(_ amount: Int64, _ seconds: Int64, _ name: String = "a") throws -> LimitSet {
        LimitSet([try #require(Limit(name, amount, .rate(per: .seconds(seconds))))])
    }

    private func left(_ meters: Meters, _ set: LimitSet, _ tick: UInt64) -> Int64? {
        var tally = Tally()
        _ = meters.charge(payer, set, cost: 0, at: Moment(at: FixedTime.start, tick: tick), into: &tally)
        return tally.limits.first?.remaining
    }

    private func passes(_ meters: Meters, _ set: LimitSet, _ tick: UInt64, cost: Int64 = 1) -> Bool {
        var tally = Tally()
        let moment = Moment(at: FixedTime.start, tick: tick)
        return meters.charge(payer, set, cost: cost, at: moment, into: &tally) == .taken
    }

    @Test("What was used stays used, in units, at most as much as the new limit has")
    func changed() throws {
        let meters = Meters()
        let tick = second * 100
        #expect(passes(meters, try set(100, 3600), tick, cost: 30))
        #expect(left(meters, try set(100, 60), tick) == 70)
        #expect(left(meters, try set(50, 60), tick) == 20)
        #expect(left(meters, try set(200, 86_400), tick) == 170)
        #expect(left(meters, try set(10, 60), tick) == 0)
        #expect(left(meters, try set(100, 3600), tick) == 90)
    }

    @Test("Units come back at the new rate from the next call on, refused or not")
    func newRate() throws {
        let meters = Meters()
        var tick = second * 100
        #expect(passes(meters, try set(100, 3600), tick, cost: 100))
        let quick = try set(100, 1)
        #expect(!passes(meters, quick, tick))
        tick += 10_000_000
        #expect(passes(meters, quick, tick))
        let slow = try set(100, 3600)
        #expect(!passes(meters, slow, tick))
        tick += second * 35
        #expect(!passes(meters, slow, tick))
        tick += second
        #expect(passes(meters, slow, tick))
    }

    @Test("Two limits that take turns on one count still give units back")
    func turns() throws {
        let meters = Meters()
        let (one, other) = (try set(10, 10), try set(7, 21))
        var tick = second * 100
        #expect(passes(meters, one, tick, cost: 7))
        var passed = false
        for _ in 0..<4000 {
            tick += 1_000_000
            _ = left(meters, one, tick)
            passed = passes(meters, other, tick)
            if passed { break }
        }
        #expect(passed)
    }

    @Test("The wait that is told is the wait there is", arguments: 1...20 as ClosedRange<UInt64>)
    func wait(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let meters = Meters()
        var tick = second * 100
        for _ in 0..<300 {
            // One count under changing rules.
            let amount = Int64(1 + random.below(30))
            let set = try set(amount, Int64(1 + random.below(100)))
            let cost = Int64(1 + random.below(Int(amount)))
            var tally = Tally()
            let moment = Moment(at: FixedTime.start, tick: tick)
            if meters.charge(payer, set, cost: cost, at: moment, into: &tally) == .limited {
                let wait = try #require(tally.limits.first?.wait)
                #expect(!passes(meters, set, tick + wait - 1, cost: cost))
                #expect(passes(meters, set, tick + wait, cost: cost))
                #expect((tally.retryAfter ?? 0) * Int64(second) >= Int64(wait))
                tick += wait
            }
            tick += UInt64(random.below(2_000_000_000))
        }
    }

    @Test(
        "The bounds of amounts and lengths do not overflow", arguments: [1, 366 * 86_400] as [Int64],
        [1, 1_000_000_000] as [Int64])
    func bounds(_ seconds: Int64, _ amount: Int64) throws {
        let meters = Meters()
        let set = try set(amount, seconds)
        // About 290 years after the beginning of ticks.
        for tick in [0, 1, second, UInt64(Int64.max)] {
            #expect(passes(meters, set, tick, cost: amount))
            #expect(!passes(meters, set, tick))
            #expect(left(meters, set, tick) == 0)
            #expect(left(meters, try self.set(amount, 1), tick) == 0)
            #expect(left(meters, try self.set(1_000_000_000, 366 * 86_400), tick) == 1_000_000_000 - amount)
            meters.forEachStripe { $0 = Stripe() }
        }
        #expect(!passes(meters, set, 0, cost: amount + 1))
    }

    @Test("Ticks that go back a little neither crash nor give anything away")
    func ticksBack() throws {
        let meters = Meters()
        let set = try set(5, 10)
        #expect(passes(meters, set, second * 100, cost: 5))
        #expect(!passes(meters, set, second * 99))
        #expect(left(meters, set, second * 99) == 0)
        #expect(passes(meters, set, second * 102))
    }

    @Test("Each limit is a count of its own: by name, kind, key and sharing")
    func apart() throws {
        let meters = Meters()
        let tick = second * 100
        #expect(passes(meters, try set(1, 60, "a"), tick))
        #expect(passes(meters, try set(1, 60, "b"), tick))
        let other = Cast(seed: 6).payers[1]
        var tally = Tally()
        let moment = Moment(at: FixedTime.start, tick: tick)
        #expect(meters.charge(other, try set(1, 60, "a"), at: moment, into: &tally) == .taken)
        let shared = LimitSet([try #require(Limit("a", 1, .rate(per: .seconds(60)), sharedBy: .owner))])
        #expect(meters.charge(payer, shared, at: moment, into: &tally) == .taken)
        #expect(meters.charge(other, shared, at: moment, into: &tally) == .limited)
        let flying = LimitSet([try #require(Limit("a", 1, .inFlight))])
        #expect(meters.charge(payer, flying, holding: true, at: moment, into: &tally) == .taken)
        #expect(meters.charge(payer, flying, holding: true, at: moment, into: &tally) == .limited)
        #expect(meters.charge(payer, flying, holding: false, at: moment, into: &tally) == .taken)
    }

    @Test("A sweep drops what is whole again and nothing else")
    func sweep() throws {
        let meters = Meters()
        let set = try set(2, 10)
        var random = Randomness.seeded(1)
        let account = payer.account
        let payers = (0..<4000).map { _ in
            Payer(key: Subject(KeyID(at: FixedTime.start, using: &random)), owner: account, account: account)
        }
        var tally = Tally()
        for (position, payer) in payers.enumerated() {
            let moment = Moment(at: FixedTime.start, tick: position % 10 == 0 ? second * 100 : second)
            _ = meters.charge(payer, set, cost: 2, at: moment, into: &tally)
        }
        meters.sweep(tick: second * 50)
        var counts: [Int] = []
        meters.forEachStripe { counts.append($0.meters.count) }
        #expect(counts.reduce(0, +) == 400)
        for (position, payer) in payers.enumerated() {
            let moment = Moment(at: FixedTime.start, tick: second * 100)
            let outcome = meters.charge(payer, set, cost: 1, at: moment, into: &tally)
            #expect(outcome == (position % 10 == 0 ? .limited : .taken))
        }
    }
}
