// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Synchronization
import TestKit
import Testing

@Suite struct ConcurrencyTests {
    /// What the changing side has announced: everything up to here is in force.
    private final class Announced: Sendable {
        let revoked = Atomic<Int>(0)
        let isOver = Atomic<Bool>(false)
        let readings = Atomic<Int>(0)
        let late = Atomic<Int>(0)
    }

    /// The sum of all flushes.
    private final class Taken: Sendable {
        private let total = Mutex<[KeyID: Int64]>([:])
        var counts: [KeyID: Int64] { total.withLock { $0 } }
        func add(_ uses: [KeyUseCount]) {
            total.withLock { total in for use in uses { total[use.key, default: 0] += use.count } }
        }
    }

    @Test("once a revoke has returned, no reader on any lane sees the key accepted")
    func revokesAreInForce() async {
        var maker = KeyMaker(seed: 1)
        let lanes = 3
        let index = KeyIndex(lanes: lanes)
        let samples = (0..<600).map { _ in maker.key() }
        index.apply(maker.setting + samples.map { .key($0.key) })
        let announced = Announced()
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    var random = Seeded(UInt64(lane) + 50)
                    while !announced.isOver.load(ordering: .acquiring) {
                        await Task.yield()
                        let known = announced.revoked.load(ordering: .acquiring)
                        announced.readings.add(1, ordering: .relaxed)
                        guard known > 0 else { continue }
                        let sample = samples[known - 1 - random.below(min(known, 3))]
                        if Asked(key: sample.text).verdict(of: index, lane: lane) != .revoked {
                            announced.late.add(1, ordering: .relaxed)
                        }
                    }
                }
            }
            group.addTask {
                for (position, sample) in samples.enumerated() {
                    var key = sample.key
                    key.state = .revoked(Revocation(at: FixedTime.start, reason: .compromised, note: nil))
                    index.apply([.key(key)])
                    announced.revoked.store(position + 1, ordering: .releasing)
                    await Task.yield()
                }
                announced.isOver.store(true, ordering: .releasing)
            }
        }
        #expect(announced.late.load(ordering: .relaxed) == 0)
        #expect(announced.readings.load(ordering: .relaxed) > 0)
    }

    @Test("uses are counted exactly, over lanes, flushes and changes at the same time")
    func exactCounts() async {
        var maker = KeyMaker(seed: 2)
        let lanes = 3
        let index = KeyIndex(lanes: lanes)
        let samples = (0..<50).map { _ in maker.key() }
        let further = (0..<400).map { _ in maker.key() }
        index.apply(maker.setting + samples.map { .key($0.key) })
        let taken = Taken()
        let perLane = 4000
        await withTaskGroup(of: Void.self) { group in
            for lane in 0..<lanes {
                group.addTask {
                    for turn in 0..<perLane { Self.use(samples[turn % samples.count], index, lane: lane) }
                }
            }
            group.addTask { for sample in further { index.apply([.key(sample.key)]) } }
            group.addTask { for _ in 0..<200 { taken.add(index.takeUses()) } }
        }
        taken.add(index.takeUses())
        let counts = taken.counts
        #expect(counts.count == samples.count)
        #expect(samples.allSatisfy { counts[$0.key.id] == Int64(lanes * perLane / samples.count) })
        #expect(index.takeUses().isEmpty)
    }

    private static func use(_ sample: SampleKey, _ index: KeyIndex, lane: Int, at now: Instant = FixedTime.start) {
        index.reading(lane: lane) { contents, use in
            let question = Question(key: 0..<sample.text.count)
            if case .valid(let key) = contents.verdict(on: question, in: sample.text.span, at: now) {
                use.count(key, at: now)
            }
        }
    }

    @Test("what is counted and not taken yet is told of the key, with the latest second of any lane and both secrets")
    func pending() {
        var maker = KeyMaker(seed: 3)
        let index = KeyIndex(lanes: 2)
        let old = maker.secretText()
        let sample = maker.key { key in
            key.secrets.append(
                KeySecret(
                    digest: Digest(of: old.span), role: .retiring, createdAt: FixedTime.start,
                    graceExpiresAt: FixedTime.start(plus: 1000)))
        }
        index.apply(maker.setting + [.key(sample.key)])
        #expect(index.pendingUse(of: sample.key) == KeyUse(count: 0, lastAt: nil))
        Self.use(sample, index, lane: 0, at: FixedTime.start(plus: 9))
        Self.use(sample, index, lane: 1, at: FixedTime.start(plus: 5))
        Self.use(SampleKey(key: sample.key, text: old), index, lane: 1, at: FixedTime.start(plus: 7))
        #expect(index.pendingUse(of: sample.key) == KeyUse(count: 3, lastAt: FixedTime.start(plus: 9)))
        #expect(index.takeUses().reduce(0) { $0 + $1.count } == 3)
        #expect(index.pendingUse(of: sample.key).count == 0)
    }
}
