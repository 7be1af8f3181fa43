// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Synchronization

/// Counts lent calls in memory: who called through what, with which version, from where, and how it ended.
///
/// Each event loop has a lane of its own, a mutex that only its loop and a flush ever take. Nothing is written here;
/// whoever writes takes what was counted.
package final class LendUses: Sendable {
    private let lanes: [Lane]

    private final class Lane: Sendable {
        let table = Mutex(LendUseTable())
    }

    /// Counts for so many event loops.
    package init(lanes: Int) { self.lanes = (0..<max(1, lanes)).map { _ in Lane() } }

    /// A call has ended; `status` is the provider's, nil where there was no whole answer.
    package func count(_ use: LendUse, status: Int?, lane: Int, at now: Instant) {
        lanes[lane].table.withLock { $0.add(use, status: status, at: now) }
    }

    /// Takes what was counted since the last call.
    package func take() -> LendUseCounts {
        var counts = LendUseCounts()
        for lane in lanes { counts.add(lane.table.withLock { $0.take() }) }
        return counts
    }
}

/// Counts on their way to storage, each place once.
package struct LendUseCounts: Sendable {
    private var counts: [LendUseCount.Place: LendUseCount] = [:]

    /// Of no call yet.
    package init() {}

    package var isEmpty: Bool { counts.isEmpty }

    /// Adds to what there is.
    package mutating func add(_ others: [LendUseCount]) {
        for other in others { counts[other.place, default: LendUseCount(other.place)].add(other) }
    }

    /// Adds to what there is.
    package mutating func add(_ others: LendUseCounts) { add(Array(others.counts.values)) }

    /// The next so many, in the order of the integrations' ids, so that what is written together lies together.
    package func next(_ count: Int) -> [LendUseCount] {
        Array(counts.values.sorted { $0.place.integration < $1.place.integration }.prefix(count))
    }

    /// These are written.
    package mutating func remove(_ written: [LendUseCount]) {
        for count in written { counts[count.place] = nil }
    }
}
