// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// What was counted of one key since the last flush. Costs are in the units of its quota.
package struct KeyUseCount: Equatable, Sendable {
    package let key: KeyID
    /// The last accepted call; nil when none was.
    package var last: LastUse?
    package var counts: [UseCount] = []
    package var needs: [NeededScope] = []
    package var stragglers: [StragglerCount] = []

    /// Rows of one key in one flush; beyond that tags are not told apart.
    private static let rowsAtMost = 128
    /// Scopes of one key in one flush; beyond that it is unknown what calls needed.
    private static let needsAtMost = 200

    /// Of a key of which nothing was counted yet.
    package init(key: KeyID) { self.key = key }

    /// So many accepted calls, all in the minute of the last one.
    package init(key: KeyID, count: Int64, lastAt: Instant, visitor: Visitor = Visitor()) {
        self.init(key: key)
        last = LastUse(at: lastAt, visitor: visitor)
        counts = [UseCount(UseCount.Row(minute: lastAt.minute, code: .valid, tag: nil), uses: count, cost: count)]
    }

    /// Accepted calls.
    package var count: Int64 {
        counts.reduce(0) { $1.row.code == .valid && $1.row.tag == nil ? $0 + $1.uses : $0 }
    }

    /// Adds what was counted elsewhere, or later.
    package mutating func add(_ other: KeyUseCount) {
        if let latest = other.last { saw(latest) }
        for count in other.counts { add(count) }
        for need in other.needs { add(need) }
        for straggler in other.stragglers { add(straggler) }
    }

    mutating func saw(_ use: LastUse) {
        if last.map({ $0.at <= use.at }) ?? true { last = use }
    }

    mutating func add(_ count: UseCount) {
        if let known = counts.firstIndex(where: { $0.row == count.row }) {
            counts[known].uses.addWithoutOverflow(count.uses)
            counts[known].cost.addWithoutOverflow(count.cost)
        } else if counts.count < Self.rowsAtMost || count.row.tag == nil || count.row.tag == UseCount.otherTags {
            counts.append(count)
        } else {
            let row = UseCount.Row(minute: count.row.minute, code: count.row.code, tag: UseCount.otherTags)
            add(UseCount(row, uses: count.uses, cost: count.cost))
        }
    }

    mutating func add(_ need: NeededScope) {
        if let known = needs.firstIndex(where: { $0.scope == need.scope }) {
            needs[known].lastAt = max(needs[known].lastAt, need.lastAt)
        } else if needs.count < Self.needsAtMost || need.scope == nil {
            needs.append(need)
        } else {
            add(NeededScope(scope: nil, lastAt: need.lastAt))
        }
    }

    mutating func add(_ straggler: StragglerCount) {
        let known = stragglers.firstIndex { $0.secret == straggler.secret && $0.visitor == straggler.visitor }
        guard let known else { return stragglers.append(straggler) }
        stragglers[known].uses.addWithoutOverflow(straggler.uses)
        stragglers[known].firstAt = min(stragglers[known].firstAt, straggler.firstAt)
        stragglers[known].lastAt = max(stragglers[known].lastAt, straggler.lastAt)
    }
}

/// The last accepted call with a key.
package struct LastUse: Equatable, Sendable {
    package let at: Instant
    package let visitor: Visitor

    /// A last use.
    package init(at: Instant, visitor: Visitor) {
        self.at = at
        self.visitor = visitor
    }
}

/// How often a key was used in one minute with one code, in all or under one tag.
package struct UseCount: Equatable, Sendable {
    package let row: Row
    package var uses: Int64
    package var cost: Int64

    /// What a count is of.
    package struct Row: Hashable, Sendable {
        /// Minutes since 1970.
        package let minute: Int64
        package let code: VerdictCode
        /// Nil for all uses; a use stands once there, and once under each of its tags.
        package let tag: String?

        /// A row.
        package init(minute: Int64, code: VerdictCode, tag: String?) {
            self.minute = minute
            self.code = code
            self.tag = tag
        }
    }

    /// The tag of uses whose own were too many to be told apart.
    package static let otherTags = "(others)"

    /// A count.
    package init(_ row: Row, uses: Int64, cost: Int64) {
        self.row = row
        self.uses = uses
        self.cost = cost
    }
}

/// A scope that accepted calls with a key asked for.
package struct NeededScope: Equatable, Sendable {
    /// Nil for calls that asked for none, of which it is unknown what they needed.
    package let scope: Scope?
    /// The beginning of the minute of the last time.
    package var lastAt: Instant

    /// A need.
    package init(scope: Scope?, lastAt: Instant) {
        self.scope = scope
        self.lastAt = lastAt
    }
}

/// Uses of a retiring secret by one visitor.
package struct StragglerCount: Equatable, Sendable {
    package let secret: Digest
    package let visitor: Visitor
    package var uses: Int64
    package var firstAt: Instant
    package var lastAt: Instant

    /// A count.
    package init(secret: Digest, visitor: Visitor, uses: Int64, firstAt: Instant, lastAt: Instant) {
        self.secret = secret
        self.visitor = visitor
        self.uses = uses
        self.firstAt = firstAt
        self.lastAt = lastAt
    }
}

extension Instant {
    /// Minutes since 1970.
    package var minute: Int64 { milliseconds >= 0 ? milliseconds / 60_000 : (milliseconds - 59_999) / 60_000 }

    init(second: UInt32) { self.init(milliseconds: Int64(second) * 1000) }
}
