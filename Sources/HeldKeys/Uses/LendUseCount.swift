// SPDX-License-Identifier: Apache-2.0
package import Access

/// Lent calls added up.
package struct LendSum: Equatable, Sendable {
    package var calls: Int64 = 0
    /// Calls of which nothing came: a status from 400 on, or no whole answer.
    package var errors: Int64 = 0
    /// Answered 401 and 403: the provider did not take the key.
    package var unauthorized: Int64 = 0
    package var forbidden: Int64 = 0
    package var firstAt: Instant = .distantFuture
    package var lastAt = Instant(milliseconds: 0)
    /// The provider's status of the last call; nil when there was no whole answer.
    package var lastStatus: Int?

    /// Of no call.
    package init() {}

    /// Of so many calls.
    package init(
        calls: Int64, errors: Int64, unauthorized: Int64, forbidden: Int64, firstAt: Instant, lastAt: Instant,
        lastStatus: Int?
    ) {
        self.calls = calls
        self.errors = errors
        self.unauthorized = unauthorized
        self.forbidden = forbidden
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.lastStatus = lastStatus
    }

    /// One more call.
    mutating func add(status: Int?, at now: Instant) {
        calls += 1
        if LendOutcome(status: status).isError { errors += 1 }
        if status == 401 { unauthorized += 1 }
        if status == 403 { forbidden += 1 }
        firstAt = min(firstAt, now)
        guard now >= lastAt else { return }
        lastAt = now
        lastStatus = status
    }

    /// The calls of both.
    package mutating func add(_ other: LendSum) {
        calls += other.calls
        errors += other.errors
        unauthorized += other.unauthorized
        forbidden += other.forbidden
        firstAt = min(firstAt, other.firstAt)
        guard other.lastAt >= lastAt else { return }
        lastAt = other.lastAt
        lastStatus = other.lastStatus
    }
}

/// Calls through one integration that carried one version and were made with one key.
package struct LendUseCount: Equatable, Sendable {
    /// What is counted by.
    package struct Place: Hashable, Sendable {
        package let integration: IntegrationID
        package let version: VersionID
        package let key: KeyID
    }

    /// An hour and how its calls ended.
    package struct Hour: Hashable, Sendable {
        package let start: Instant
        package let outcome: LendOutcome

        package init(holding now: Instant, _ outcome: LendOutcome) {
            start = Instant(milliseconds: now.milliseconds - now.milliseconds % 3_600_000)
            self.outcome = outcome
        }
    }

    package let place: Place
    package internal(set) var sum = LendSum()
    /// Nil stands for those that were not known or too many.
    package internal(set) var addresses: [IPAddress?: LendSum] = [:]
    package internal(set) var hours: [Hour: Int64] = [:]
    /// By the rules that allowed the calls.
    package internal(set) var rules: [LendRule: LendSum] = [:]

    /// So many addresses are told apart between two flushes.
    static let addressesAtMost = 20

    /// Of no call yet.
    init(_ place: Place) { self.place = place }

    mutating func add(_ use: LendUse, status: Int?, at now: Instant) {
        sum.add(status: status, at: now)
        let isKnown = addresses.count < Self.addressesAtMost || addresses[use.address] != nil
        addresses[isKnown ? use.address : nil, default: LendSum()].add(status: status, at: now)
        hours[Hour(holding: now, LendOutcome(status: status)), default: 0] += 1
        rules[use.loan.integration.allow[use.rule], default: LendSum()].add(status: status, at: now)
    }

    /// The calls of both, which have one place.
    mutating func add(_ other: LendUseCount) {
        sum.add(other.sum)
        for (address, sum) in other.addresses {
            let isKnown = addresses.count < Self.addressesAtMost || addresses[address] != nil
            addresses[isKnown ? address : nil, default: LendSum()].add(sum)
        }
        for (hour, calls) in other.hours { hours[hour, default: 0] += calls }
        for (rule, sum) in other.rules { rules[rule, default: LendSum()].add(sum) }
    }
}
