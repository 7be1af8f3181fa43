// SPDX-License-Identifier: Apache-2.0
package import Access

/// A key with all that decides what time brings it. A value; what comes next is worked out from it alone.
package struct KeyProspect: Sendable {
    package let key: Key
    package let keyspace: Keyspace
    /// When it was last accepted, as stored.
    package var lastUse: Instant?
    /// Who still uses the retiring secret, as stored.
    package var stragglers = Stragglers(count: 0, lastAt: nil)
    /// When its owner or account was last changed; unlocking is a change.
    package var holderChangedAt: Instant?
    /// Whether its owner or account is locked.
    package var isLocked = false
    /// What has been told of it.
    package var told: [Notice.Topic: Notice.Told] = [:]
    /// Since when it has been due for this look, as stored.
    package var dueAt: Instant?

    /// Callers with a retiring secret.
    package struct Stragglers: Equatable, Sendable {
        package let count: Int64
        package let lastAt: Instant?

        /// So many, the last of them then.
        package init(count: Int64, lastAt: Instant?) {
            self.count = count
            self.lastAt = lastAt
        }
    }

    /// A key of which nothing else is known.
    package init(_ key: Key, in keyspace: Keyspace) {
        self.key = key
        self.keyspace = keyspace
    }

    /// What is to be done now, or until when there is nothing to do.
    ///
    /// Where a clock was put forward, or the program stood still, over several notices of one topic, only the last of
    /// them is told.
    /// - Parameter start: since when uses are watched. Nobody could use a secret before that, so it was not idle.
    package func outlook(at now: Instant, watchingSince start: Instant) -> Outlook {
        if case .revoked = key.state { return .nothing(until: nil) }
        let coming =
            retirements(watchingSince: start) + untold(at: now)
            + [revocation(at: now, watchingSince: start)].compactMap { $0 }
        if let due = coming.first(where: { $0.at <= now }) { return .due(due.duty) }
        return .nothing(until: coming.map(\.at).min())
    }

    /// The earliest moment at which there may be something to do, whatever else is known.
    package var firstLook: Instant? {
        let past = Instant(milliseconds: .min)
        guard case .nothing(let until) = outlook(at: past, watchingSince: past) else { return past }
        return until
    }

    private func retirements(watchingSince start: Instant) -> [(at: Instant, duty: Duty)] {
        guard let secret = key.secrets.first(where: { $0.role == .retiring }) else { return [] }
        let end = (key.graceEnd(of: secret), Duty.retire(.graceEnded))
        guard let idle = secret.finishWhenIdle else { return [end] }
        let quietSince = max(stragglers.lastAt ?? start, secret.retiringSince ?? secret.createdAt, start)
        return [end, (quietSince + idle, Duty.retire(.idle))]
    }

    private func untold(at now: Instant) -> [(at: Instant, duty: Duty)] {
        let notices = key.notices(in: keyspace)
        return Notice.Topic.allCases.compactMap { topic in
            let rest = notices.filter { notice in
                guard notice.topic == topic else { return false }
                guard let told = told[topic], told.occasion == notice.occasion else { return true }
                return notice.step > told.step
            }
            return (rest.last { $0.at <= now } ?? rest.first).map { ($0.at, .tell($0)) }
        }
    }

    /// Disabled keys and keys of locked owners cannot be used; that they are not says nothing. Any change of key or
    /// owner begins the time anew.
    private func revocation(at now: Instant, watchingSince start: Instant) -> (at: Instant, duty: Duty)? {
        guard let longest = keyspace.revokeWhenUnusedFor, !keyspace.isBuiltIn, key.state == .active,
            key.expiresAt ?? .distantFuture > now
        else { return nil }
        let signs = [key.updatedAt, key.notBefore, lastUse, holderChangedAt, isLocked ? now : nil].compactMap { $0 }
        return signs.max().map { (max($0 + longest, start + Self.settling), .revokeUnused) }
    }

    /// After a gap in which nobody could use anything there is so long to do it, before what is final is done.
    private static let settling = Length.seconds(3600)
}

/// What time brings a key.
package enum Outlook: Equatable, Sendable {
    case due(Duty)
    /// Nil: nothing will be, unless the key or its keyspace is changed.
    case nothing(until: Instant?)
}

/// One act that time asks for.
package enum Duty: Equatable, Sendable {
    /// Why a retiring secret ends.
    package enum Ending: String, Sendable {
        case graceEnded = "grace_ended"
        case idle
    }

    case retire(Ending)
    case tell(Notice)
    case revokeUnused

    /// The event of it.
    package var action: String {
        switch self {
        case .retire: "key.retired"
        case .tell(let notice): notice.action
        case .revokeUnused: "key.revoke"
        }
    }
}
