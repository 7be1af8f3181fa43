// SPDX-License-Identifier: Apache-2.0
package import Access

/// How long a time one count is of. What is old is kept in longer steps only.
package enum UsageStep: String, Sendable, CaseIterable {
    case minute, hour, day

    /// Its length; what the table `usage` calls it.
    package var seconds: Int64 {
        switch self {
        case .minute: 60
        case .hour: 3600
        case .day: 86_400
        }
    }

    /// The step of so many seconds.
    package init?(seconds: Int64) {
        guard let step = Self.allCases.first(where: { $0.seconds == seconds }) else { return nil }
        self = step
    }
}

/// Which counts are asked for: those of steps that reach into the time from `from` until before `to`.
package struct UsageChoice: Equatable, Sendable {
    package var from: Instant
    package var to: Instant
    /// Counts of shorter steps are added up to this one; those that are kept in longer steps stay so.
    package var step: UsageStep
    package var code: VerdictCode?
    /// Nil for all uses, whatever their tags.
    package var tag: String?

    /// Counts of a time.
    package init(from: Instant, to: Instant, step: UsageStep, code: VerdictCode? = nil, tag: String? = nil) {
        self.from = from
        self.to = to
        self.step = step
        self.code = code
        self.tag = tag
    }
}

/// Uses of one key with one code in one step of time.
package struct UsageRow: Equatable, Sendable {
    /// The beginning of the step.
    package let at: Instant
    package let step: UsageStep
    package let code: VerdictCode
    package let uses: Int64
    package let cost: Int64

    /// A row.
    package init(at: Instant, step: UsageStep, code: VerdictCode, uses: Int64, cost: Int64) {
        self.at = at
        self.step = step
        self.code = code
        self.uses = uses
        self.cost = cost
    }
}

/// By what uses of many keys are added up.
package enum UsageGrouping: String, Sendable, CaseIterable {
    case key, app, account, owner, keyspace, code, tag
}

/// Which keys' uses are added up.
package struct UsageScope: Equatable, Sendable {
    package var account: AccountID?
    package var keyspace: KeyspaceID?

    /// Absent conditions allow all.
    package init(account: AccountID? = nil, keyspace: KeyspaceID? = nil) {
        self.account = account
        self.keyspace = keyspace
    }
}

/// Uses of many keys added up.
package struct UsageSum: Equatable, Sendable {
    /// An id, a code or a tag.
    package let of: String
    /// What people call it, where it has a name.
    package let name: String?
    /// The step of time; nil for all of the time asked for.
    package let at: Instant?
    package let step: UsageStep?
    package let accepted: Int64
    package let refused: Int64
    package let cost: Int64

    /// A sum.
    package init(
        of: String, name: String?, at: Instant?, step: UsageStep?, accepted: Int64, refused: Int64, cost: Int64
    ) {
        self.of = of
        self.name = name
        self.at = at
        self.step = step
        self.accepted = accepted
        self.refused = refused
        self.cost = cost
    }
}

/// How often one key was refused with one code.
package struct RefusalSum: Equatable, Sendable {
    package let key: KeyID
    package let name: String
    package let account: AccountID
    package let code: VerdictCode
    package let count: Int64
    /// The beginning of the last step of time that holds one.
    package let lastAt: Instant

    /// A sum.
    package init(key: KeyID, name: String, account: AccountID, code: VerdictCode, count: Int64, lastAt: Instant) {
        self.key = key
        self.name = name
        self.account = account
        self.code = code
        self.count = count
        self.lastAt = lastAt
    }
}

/// Somebody who still shows a retiring secret.
package struct Straggler: Equatable, Sendable {
    package let visitor: Visitor
    package let uses: Int64
    package let firstAt: Instant
    package let lastAt: Instant

    /// The user agent that stands for visitors who were too many to be told apart.
    package static let others = "(others)"

    /// A straggler.
    package init(visitor: Visitor, uses: Int64, firstAt: Instant, lastAt: Instant) {
        self.visitor = visitor
        self.uses = uses
        self.firstAt = firstAt
        self.lastAt = lastAt
    }
}
