// SPDX-License-Identifier: Apache-2.0
package import Access

/// Whom a meter counts for.
package struct Subject: Hashable, Sendable, CustomStringConvertible {
    /// What kind of thing that is.
    package enum Kind: UInt8, Sendable { case key, account, app, user, integration }

    package let kind: Kind
    /// The identifier's 128 bits.
    let high: UInt64
    let low: UInt64

    /// An owner.
    package init(_ owner: OwnerID) {
        switch owner.type {
        case .account: kind = .account
        case .app: kind = .app
        case .user: kind = .user
        }
        (high, low) = owner.bits
    }

    /// A key.
    package init(_ key: KeyID) { (kind, high, low) = (.key, key.high, key.low) }

    /// An integration, whoever calls through it.
    package init(_ integration: IntegrationID) { (kind, high, low) = (.integration, integration.high, integration.low) }

    /// The identifier.
    package var description: String {
        switch kind {
        case .key: KeyID(high: high, low: low).description
        case .account: AccountID(high: high, low: low).description
        case .app: AppID(high: high, low: low).description
        case .user: UserID(high: high, low: low).description
        case .integration: IntegrationID(high: high, low: low).description
        }
    }
}

/// Who makes a call, for the meters: the key, its owner, and the account all of them stand in.
package struct Payer: Sendable {
    package let key: Subject
    package let owner: Subject
    package let account: Subject
    /// What the call goes through, where it is a lent one.
    package var integration: Subject?

    /// A payer.
    package init(key: Subject, owner: Subject, account: Subject) {
        self.key = key
        self.owner = owner
        self.account = account
    }

    @inline(__always)
    func subject(_ rule: LimitSet.Rule) -> Subject {
        if rule.isOfIntegration, let integration { return integration }
        return switch rule.limit.sharedBy {
        case .key: key
        case .owner: owner
        case .account: account
        }
    }
}

/// A quota with the subject whose budget it is.
package struct Budget: Sendable {
    package let subject: Subject
    package let quota: Quota

    /// A budget.
    package init(subject: Subject, quota: Quota) {
        self.subject = subject
        self.quota = quota
    }
}

/// How a charge ended. Everything is taken, or nothing.
package enum Charging: Equatable, Sendable {
    case taken
    /// A limit stands in the way; ``Tally`` says which.
    case limited
    /// A budget is spent; ``Tally`` says whose.
    case exceeded
    /// A budget has more, but not within what may be spent before it is written down. Ask the lender, then again.
    case awaitsLease(Want)
}

/// A call for more of a budget than may be spent now.
package struct Want: Hashable, Sendable {
    package let subject: Subject
    /// The account the subject stands in.
    package let account: Subject
    /// How much is needed at least.
    package let amount: Int64

    /// A want.
    package init(subject: Subject, account: Subject, amount: Int64) {
        self.subject = subject
        self.account = account
        self.amount = amount
    }
}

/// What the meters showed at a charge: for the answer's headers and members. Reused from call to call.
package struct Tally: Sendable {
    /// A limit's state after the call.
    package struct Reading: Sendable {
        /// Its place in the ``LimitSet``.
        package let rule: Int
        package let remaining: Int64
        /// Until one more unit is there; of a violated limit, until this call would pass. Nanoseconds.
        package let wait: UInt64
        /// Until it is whole again. Nanoseconds.
        package let whole: UInt64
        package let isViolated: Bool
    }

    /// A budget's state after the call.
    package struct Rest: Sendable {
        package let subject: Subject
        package let capacity: Int64
        package let remaining: Int64
        /// When it is refilled; nil for never.
        package let refillsAt: Instant?
        package let isExceeded: Bool
    }

    package internal(set) var limits: [Reading] = []
    package internal(set) var quotas: [Rest] = []
    /// A budget that soon will have to ask for more; asked ahead, nobody waits.
    package internal(set) var low: Want?

    /// Nothing read yet.
    package init() {
        limits.reserveCapacity(Limit.longestList)
        quotas.reserveCapacity(3)
    }

    mutating func clear() {
        limits.removeAll(keepingCapacity: true)
        quotas.removeAll(keepingCapacity: true)
        low = nil
    }

    /// Nothing was metered.
    package mutating func reset() {
        if !limits.isEmpty || !quotas.isEmpty { clear() }
    }

    /// The longest wait of the violated limits, in whole seconds rounded up; nil when none is violated. What
    /// `Retry-After` says.
    package var retryAfter: Int64? {
        let waits = limits.filter(\.isViolated).map(\.wait)
        return waits.max().map { Int64(($0 + 999_999_999) / 1_000_000_000) }
    }
}
