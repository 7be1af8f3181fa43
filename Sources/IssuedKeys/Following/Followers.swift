// SPDX-License-Identifier: Apache-2.0
package import Access

/// Who keeps verdicts for a while, what each was told, and what each has acknowledged: a value, without clock or
/// waiting. Times are ticks, nanoseconds of a clock that only goes forward.
///
/// A follower asks again and again. Each question acknowledges everything up to the last answer, and gives it a lease:
/// for that long it may go on using what it keeps. So a change is seen by all of them as soon as each has either
/// acknowledged it or lost the lease that it had when the change came, and that is when ``pending(_:at:)`` has nobody
/// left to wait for. A lease that was granted later makes no change wait longer: it came with the news of it.
package struct Followers: Sendable {
    /// How many there may be at once.
    package static let most = 1000
    /// How many changes are remembered; whoever is further behind begins anew.
    package static let changesKept = 4096

    /// One question of a follower.
    package struct Visit: Sendable {
        /// As it was answered before; nil at first.
        package var follower: FollowerID?
        /// The sequence up to which everything is acknowledged.
        package var after: Int64
        /// The management key that asks, and the accounts it sees; nil for all.
        package var key: KeyID
        package var accounts: Set<AccountID>?
        /// For how long it may use what it keeps, in nanoseconds.
        package var lease: UInt64

        /// A question.
        package init(follower: FollowerID?, after: Int64, key: KeyID, accounts: Set<AccountID>?, lease: UInt64) {
            self.follower = follower
            self.after = after
            self.key = key
            self.accounts = accounts
            self.lease = lease
        }
    }

    /// A change that is waited for.
    package struct Mark: Sendable {
        package let sequence: Int64
        /// When the last lease ends that was granted before it.
        package let end: UInt64
    }

    /// What a follower is told.
    package struct News: Equatable, Sendable {
        package let follower: FollowerID
        /// What the next question acknowledges.
        package let sequence: Int64
        package let changes: [FollowedChange]
        /// Everything that was kept must be dropped.
        package let isReset: Bool
    }

    private struct Follower: Sendable {
        let key: KeyID
        let accounts: Set<AccountID>?
        /// When its lease ends.
        var end: UInt64
        /// The first and the last change that it has been told and not acknowledged.
        var owed: ClosedRange<Int64>?
        /// Its own key was changed, and with it perhaps what it sees: it acknowledges nothing any more, and what is
        /// waited for waits until its lease ends.
        var isEnding = false

        func sees(_ change: FollowedChange) -> Bool {
            guard let accounts, let account = change.account else { return true }
            return accounts.contains(account)
        }
    }

    private var followers: [FollowerID: Follower] = [:]
    private var sequence: Int64 = 0
    private var told: [(sequence: Int64, changes: [FollowedChange])] = []
    private var toldCount = 0
    /// Changes up to this one are no longer remembered.
    private var forgotten: Int64 = 0

    /// Until when followers of a server that ran before may still use what they keep. They cannot be told.
    private var earlierEnd: UInt64 = 0

    /// Nobody follows.
    package init() {}

    /// Followers of a server that ran before may have leases until `end`.
    package mutating func assumeEarlierOnes(until end: UInt64) { earlierEnd = end }

    /// How many follow.
    package var count: Int { followers.count }

    /// Takes a question in; nil when there are too many followers.
    ///
    /// One that is not known, has lost its lease or shows another key begins anew, and is told so at once.
    package mutating func attend(
        _ visit: Visit, at tick: UInt64, using random: inout some RandomNumberGenerator
    ) -> (follower: FollowerID, news: News?)? {
        removeLapsed(at: tick)
        if let id = visit.follower, var known = followers[id], !known.isEnding, known.key == visit.key,
            known.accounts == visit.accounts, (0...sequence).contains(visit.after)
        {
            known.end = max(known.end, tick + visit.lease)
            known.owed = known.owed.flatMap { owed in
                visit.after >= owed.upperBound ? nil : max(owed.lowerBound, visit.after + 1)...owed.upperBound
            }
            followers[id] = known
            return (id, news(for: id, after: visit.after))
        }
        guard followers.count < Self.most else { return nil }
        let id = FollowerID(at: Instant(milliseconds: 0), using: &random)
        followers[id] = Follower(key: visit.key, accounts: visit.accounts, end: tick + visit.lease)
        return (id, News(follower: id, sequence: sequence, changes: [], isReset: true))
    }

    /// What a follower has not been told after `after`; nil when there is nothing.
    package func news(for id: FollowerID, after: Int64) -> News? {
        guard let follower = followers[id] else {
            return News(follower: id, sequence: sequence, changes: [], isReset: true)
        }
        guard after >= forgotten else { return News(follower: id, sequence: sequence, changes: [], isReset: true) }
        let changes = told.filter { $0.sequence > after }.flatMap { $0.changes.filter(follower.sees) }
        return changes.isEmpty ? nil : News(follower: id, sequence: sequence, changes: changes, isReset: false)
    }

    /// That nothing happened until now that the follower sees.
    package func nothing(for id: FollowerID) -> News {
        News(follower: id, sequence: sequence, changes: [], isReset: false)
    }

    /// Takes in what was put in force; gives what to wait for, or nil when nobody keeps anything of it.
    package mutating func note(_ changes: [KeyChange], at tick: UInt64) -> Mark? {
        guard !followers.isEmpty || earlierEnd > tick else { return nil }
        removeLapsed(at: tick)
        let followed = changes.compactMap { FollowedChange($0) }
        guard !followed.isEmpty else { return nil }
        sequence += 1
        remember(followed)
        let changed = Set(followed.map(\.subject))
        var end = earlierEnd
        for (id, follower) in followers {
            let isEnding = follower.isEnding || changed.contains(.key(follower.key))
            guard isEnding || followed.contains(where: follower.sees) else { continue }
            followers[id]?.isEnding = isEnding
            followers[id]?.owed = (follower.owed?.lowerBound ?? sequence)...(isEnding ? .max : sequence)
            end = max(end, follower.end)
        }
        return end > tick ? Mark(sequence: sequence, end: end) : nil
    }

    /// Until when somebody may still use what he keeps from before a change; nil when nobody does.
    package mutating func pending(_ mark: Mark, at tick: UInt64) -> UInt64? {
        guard tick < mark.end else { return nil }
        removeLapsed(at: tick)
        let ends = followers.values.filter { ($0.owed?.lowerBound ?? .max) <= mark.sequence }.map(\.end)
        return (ends + [earlierEnd].filter { $0 > tick }).max().map { min($0, mark.end) }
    }

    private mutating func remember(_ changes: [FollowedChange]) {
        told.append((sequence, changes))
        toldCount += changes.count
        var dropped = 0
        while toldCount > Self.changesKept, dropped < told.count {
            toldCount -= told[dropped].changes.count
            forgotten = told[dropped].sequence
            dropped += 1
        }
        told.removeFirst(dropped)
    }

    private mutating func removeLapsed(at tick: UInt64) {
        for (id, follower) in followers where follower.end <= tick { followers[id] = nil }
    }
}

/// Names followers.
package enum FollowerKind: IdentifierKind { package static let prefix = "fol" }
/// Who follows; known to the follower alone.
package typealias FollowerID = Identifier<FollowerKind>
