// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Synchronization

/// Where followers wait for changes, and changes for followers. What is decided is decided by ``Followers``; here is
/// the lock, the clock and the waiting.
///
/// The promise it keeps: when a change returns, nobody uses a verdict from before it. Those who follow were told and
/// have said that they dropped it; those who do not answer have lost the lease without which they may use nothing.
package final class Following: Sendable {
    private let followers = Mutex(Followers())
    private let news = Bell()
    private let acknowledgements = Bell()
    private let origin = ContinuousClock.now
    private let beginning = Mutex<(@Sendable () -> Void)?>(nil)

    init() {}

    /// For how long a follower may use what it keeps after a question. A change takes at most that much longer to
    /// return.
    package static let lease = Duration.seconds(1)
    private static let leaseTicks: UInt64 = 1_000_000_000

    /// To be called once, before anything is changed.
    ///
    /// - Parameters:
    ///   - hadFollowers: whether a server before this one had some; for one lease from now, they are waited for.
    ///   - first: called before the first follower is answered, so that the next server knows.
    package func begin(hadFollowers: Bool, first: @escaping @Sendable () -> Void) {
        let tick = tick
        if hadFollowers { followers.withLock { $0.assumeEarlierOnes(until: tick + Self.leaseTicks) } }
        beginning.withLock { $0 = first }
    }

    /// How many follow.
    package var count: Int { followers.withLock { $0.count } }

    /// Takes a question in and grants its lease, from now; nil when too many follow. Does not wait.
    package func attend(
        _ follower: FollowerID?, after: Int64, key: KeyID, accounts: Set<AccountID>?
    ) -> Attendance? {
        var random = SystemRandomNumberGenerator()
        let tick = tick
        let visit = Followers.Visit(
            follower: follower, after: after, key: key, accounts: accounts, lease: Self.leaseTicks)
        guard let seen = followers.withLock({ $0.attend(visit, at: tick, using: &random) }) else { return nil }
        acknowledgements.ring()
        return Attendance(following: self, follower: seen.follower, after: after, known: seen.news, granted: tick)
    }

    /// A question that was taken in and is not answered yet.
    package struct Attendance: Sendable {
        fileprivate let following: Following
        fileprivate let follower: FollowerID
        fileprivate let after: Int64
        fileprivate let known: Followers.News?
        fileprivate let granted: UInt64

        /// What there is to tell, as soon as there is something; after a third of the lease, that there is nothing.
        /// Comes back at once when the task is cancelled.
        package func news() async -> Followers.News {
            following.beginning.withLock { $0.take() }?()
            if let known { return known }
            return await following.news(for: follower, after: after, until: granted + Following.leaseTicks / 3)
        }
    }

    private func news(for id: FollowerID, after: Int64, until end: UInt64) async -> Followers.News {
        while true {
            let rung = news.rung
            if let found = followers.withLock({ $0.news(for: id, after: after) }) { return found }
            guard tick < end, !Task.isCancelled else {
                return followers.withLock { $0.news(for: id, after: after) ?? $0.nothing(for: id) }
            }
            await news.wait(after: rung, until: instant(end))
        }
    }

    /// Tells followers of what was just put in force, and returns when none of them uses anything from before it: at
    /// once when nobody follows, at most a lease later when one does not answer.
    package func settle(_ changes: [KeyChange]) async {
        let tick = tick
        guard let mark = followers.withLock({ $0.note(changes, at: tick) }) else { return }
        news.ring()
        while true {
            let rung = acknowledgements.rung
            let now = self.tick
            guard let end = followers.withLock({ $0.pending(mark, at: now) }) else { return }
            await acknowledgements.wait(after: rung, until: instant(end))
            // The caller is gone, but the change stands, and what waits behind it still relies on the wait.
            if Task.isCancelled { await Self.rest(until: instant(end)) }
        }
    }

    /// Sleeps although the task is cancelled.
    private static func rest(until end: ContinuousClock.Instant) async {
        await Task.detached { try? await Task.sleep(until: end, clock: .continuous) }.value
    }

    private var tick: UInt64 {
        let elapsed = origin.duration(to: .now).components
        return UInt64(elapsed.seconds) * 1_000_000_000 + UInt64(elapsed.attoseconds / 1_000_000_000)
    }

    private func instant(_ tick: UInt64) -> ContinuousClock.Instant {
        origin.advanced(by: .nanoseconds(Int64(clamping: tick)))
    }
}
