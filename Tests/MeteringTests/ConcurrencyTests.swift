// SPDX-License-Identifier: Apache-2.0
import Access
import Dispatch
import Synchronization
import TestKit
import Testing

@testable import Metering

@Suite("Meters under many threads")
struct ConcurrencyTests {
    private let cast = Cast(seed: 5)

    /// Calls `body` on 8 threads at once, each so many times; how many said yes.
    private func hammer(_ times: Int, _ body: @escaping @Sendable (_ thread: Int) -> Bool) -> Int {
        let passed = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: 8) { thread in
            for _ in 0..<times where body(thread) { passed.add(1, ordering: .relaxed) }
        }
        return passed.load(ordering: .acquiring)
    }

    @Test("A limit of N lets exactly N through", arguments: [1, 97, 2000] as [Int64])
    func rate(_ amount: Int64) throws {
        let meters = Meters()
        let set = LimitSet([try #require(Limit("burst", amount, .rate(per: .seconds(60))))])
        let moment = Moment(at: FixedTime.start, tick: 1_000_000_000)
        let passed = hammer(1000) { [payer = cast.payers[0]] _ in
            var tally = Tally()
            return meters.charge(payer, set, at: moment, into: &tally) == .taken
        }
        #expect(passed == amount)
    }

    @Test("So does one that several keys share", arguments: [Limit.Sharing.owner, .account])
    func shared(_ sharing: Limit.Sharing) throws {
        let meters = Meters()
        let set = LimitSet([try #require(Limit("burst", 500, .rate(per: .seconds(60)), sharedBy: sharing))])
        let payers = sharing == .owner ? [cast.payers[0], cast.payers[1]] : Array(cast.payers.prefix(4))
        let passed = hammer(1000) { thread in
            var tally = Tally()
            let moment = Moment(at: FixedTime.start, tick: 1_000_000_000)
            return meters.charge(payers[thread % payers.count], set, at: moment, into: &tally) == .taken
        }
        #expect(passed == 500)
    }

    @Test("All limits of a call are taken or none: what the narrow one refuses costs the wide one nothing")
    func allOrNone() throws {
        let meters = Meters()
        let set = LimitSet([
            try #require(Limit("wide", 1000, .rate(per: .seconds(60)))),
            try #require(Limit("narrow", 10, .rate(per: .seconds(60)))),
        ])
        let payer = cast.payers[0]
        let moment = Moment(at: FixedTime.start, tick: 1_000_000_000)
        let passed = hammer(500) { _ in
            var tally = Tally()
            return meters.charge(payer, set, at: moment, into: &tally) == .taken
        }
        #expect(passed == 10)
        var tally = Tally()
        _ = meters.charge(payer, set, cost: 0, at: moment, into: &tally)
        #expect(tally.limits.map(\.remaining) == [990, 0])
    }

    @Test("Never more in flight than allowed, and all places are free in the end")
    func inFlight() throws {
        let meters = Meters()
        let set = LimitSet([try #require(Limit("at-once", 3, .inFlight, sharedBy: .account))])
        let payers = Array(cast.payers.prefix(4))
        let now = Atomic<Int>(0)
        let most = Atomic<Int>(0)
        let moment = Moment(at: FixedTime.start, tick: 1)
        let passed = hammer(2000) { thread in
            var tally = Tally()
            let payer = payers[thread % payers.count]
            guard meters.charge(payer, set, holding: true, at: moment, into: &tally) == .taken else { return false }
            most.max(now.add(1, ordering: .acquiringAndReleasing).newValue, ordering: .relaxed)
            now.subtract(1, ordering: .acquiringAndReleasing)
            meters.release(Hold(payer: payer, set: set))
            return true
        }
        #expect(passed > 0)
        #expect((1...3).contains(most.load(ordering: .relaxed)))
        var tally = Tally()
        #expect(meters.charge(payers[0], set, holding: true, at: moment, into: &tally) == .taken)
        #expect(tally.limits.first?.remaining == 2)
    }

    /// Storage and desk behind a lock; leases are asked for by all threads.
    private final class Counter: Sendable {
        let meters = Meters()
        private let rows = Mutex<[Subject: BudgetState]>([:])

        func charge(_ payer: Payer, _ budgets: [Budget], cost: Int64) -> Bool {
            var tally = Tally()
            while true {
                let moment = Moment(at: FixedTime.start, tick: 1)
                switch meters.charge(payer, .none, budgets, cost: cost, at: moment, into: &tally) {
                case .taken: return true
                case .limited, .exceeded: return false
                case .awaitsLease(let want): lend(want, budgets)
                }
            }
        }

        private func lend(_ want: Want, _ budgets: [Budget]) {
            rows.withLock { rows in
                guard let quota = budgets.first(where: { $0.subject == want.subject })?.quota else { return }
                let lease = Lease(
                    want, of: quota, stored: rows[want.subject], known: meters.known(want.subject, in: want.account),
                    at: FixedTime.start, in: .utc)
                rows[want.subject] = lease.state
                meters.grant(lease)
            }
        }

        func written(_ subject: Subject) -> Int64 { rows.withLock { $0[subject]?.spent ?? 0 } }
    }

    @Test("A budget lets exactly what it has through, and all of that is written down")
    func budget() {
        let counter = Counter()
        let payers = Array(cast.payers.prefix(4))
        let account = payers[0].account
        let passed = hammer(1000) { thread in
            let payer = payers[thread % payers.count]
            let budgets = [
                Budget(subject: payer.key, quota: .of(2500)), Budget(subject: account, quota: .of(4444)),
            ]
            return counter.charge(payer, budgets, cost: 1)
        }
        #expect(passed == 4444)
        #expect(counter.written(account) == 4444)
    }

    @Test("Parallel calls of 15 cents on a budget of 45 cents: three pass, not four")
    func cents() {
        for _ in 0..<50 {
            let counter = Counter()
            let payer = cast.payers[0]
            let passed = hammer(1) { _ in
                counter.charge(payer, [Budget(subject: payer.key, quota: .of(45))], cost: 15)
            }
            #expect(passed == 3)
        }
    }
}
