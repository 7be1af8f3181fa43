// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering
import Secrets
import TestKit
import Testing

/// A key with limits or a quota, through rotations, in memory alone.
@Suite struct RotatedBalanceTests {
    private struct Bench {
        var maker = KeyMaker(seed: 11)
        let index = KeyIndex(lanes: 1)
        let meters = Meters()
        var key: Key
        var texts: [[UInt8]]

        init(_ change: (inout Key) -> Void) {
            let sample = maker.key("", change)
            (key, texts) = (sample.key, [sample.text])
            index.apply(maker.setting + [.key(key)])
        }

        /// Gives the key another secret; the one before retires.
        mutating func rotate() {
            let text = maker.secretText()
            for position in key.secrets.indices {
                key.secrets[position].role = .retiring
                key.secrets[position].retiringSince = FixedTime.start
                key.secrets[position].graceExpiresAt = FixedTime.start(plus: 1000)
            }
            key.secrets.append(KeySecret(digest: Digest(of: text.span), role: .current, createdAt: FixedTime.start))
            texts.append(text)
            index.apply([.key(key)])
        }

        /// How one call ends. A budget is leased as far as storage would write it down.
        func call(_ text: [UInt8], cost: Int64 = 1) -> VerdictCode? {
            let moment = Moment(at: FixedTime.start(plus: 1), tick: 1_000_000_000)
            var question = Question(key: 0..<text.count)
            question.cost = cost
            for _ in 0..<3 {
                let admission = index.reading(lane: 0) { contents, use in
                    contents.admit(question, in: text.span, at: moment, by: meters, into: &use.tally)
                }
                switch admission {
                case .decided(let verdict): return verdict.code
                case .awaitsLease(let want): lend(want, at: moment.at)
                }
            }
            return nil
        }

        private func lend(_ want: Want, at now: Instant) {
            guard let quota = key.quota else { return }
            let known = meters.known(want.subject, in: want.account)
            let stored = known.map {
                BudgetState(
                    periodStart: now, spent: $0.granted, refills: $0.refills, alerted: 0, rule: quota.refillText)
            }
            meters.grant(Lease(want, of: quota, stored: stored, known: known, at: now, in: .utc))
        }
    }

    @Test("two secrets of a key are one balance: calls with either come out of the same limit")
    func oneLimit() {
        var bench = Bench { $0.limits = [Limit("burst", 10, .rate(per: .seconds(60)))].compactMap { $0 } }
        bench.rotate()
        let codes = (0..<20).map { bench.call(bench.texts[$0 % 2]) }
        #expect(codes.filter { $0 == .valid }.count == 10)
        #expect(codes.suffix(10).allSatisfy { $0 == .rateLimited })
    }

    @Test("credits are not doubled while two secrets overlap")
    func noDoubleCredits() {
        var bench = Bench { $0.quota = Quota(amount: 100) }
        bench.rotate()
        let codes = (0..<60).map { bench.call(bench.texts[$0 % 2], cost: 3) }
        #expect(codes.filter { $0 == .valid }.count == 33)
        #expect(codes.suffix(27).allSatisfy { $0 == .quotaExceeded })
    }

    @Test("a rotated key has no fresh quota and no fresh limit, however often it is rotated", arguments: 1...4)
    func noFreshBalance(rotations: Int) {
        var bench = Bench { key in
            key.quota = Quota(amount: 50)
            key.limits = [Limit("burst", 1000, .rate(per: .seconds(60)))].compactMap { $0 }
        }
        var taken = 0
        for _ in 0..<rotations {
            for _ in 0..<(60 / rotations) where bench.call(bench.texts[bench.texts.count - 1]) == .valid { taken += 1 }
            bench.rotate()
        }
        #expect(taken == 50)
        #expect(bench.texts.suffix(2).map { bench.call($0) } == [.quotaExceeded, .quotaExceeded])
    }
}
