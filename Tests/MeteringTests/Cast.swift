// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit

@testable import Metering

/// Keys, owners and accounts that calls are charged to.
struct Cast {
    let accounts: [AccountID]
    let owners: [OwnerID]
    let keys: [KeyID]
    /// By key: who pays.
    let payers: [Payer]

    /// Two accounts, two apps in each, two keys for each app.
    init(seed: UInt64) {
        var random = Randomness.seeded(seed)
        accounts = (0..<2).map { _ in AccountID(at: FixedTime.start, using: &random) }
        owners = (0..<4).map { _ in .app(AppID(at: FixedTime.start, using: &random)) }
        keys = (0..<8).map { _ in KeyID(at: FixedTime.start, using: &random) }
        payers = keys.indices.map { [keys, owners, accounts] key in
            Payer(
                key: Subject(keys[key]), owner: Subject(owners[key / 2]), account: Subject(.account(accounts[key / 4])))
        }
    }
}

extension Quota {
    /// One that is known to be in order.
    static func of(_ amount: Int64, _ refill: Refill? = nil) -> Quota {
        guard let quota = Quota(amount: amount, refill: refill) else { preconditionFailure("a quota within bounds") }
        return quota
    }

    /// One that is filled up by the day.
    static func daily(_ amount: Int64, mode: Refill.Mode = .replace) -> Quota {
        of(amount, Refill(amount: amount, every: .day(zone: "UTC"), mode: mode))
    }
}

/// Storage in memory, and the desk that lends from it, one step after the other.
struct Desk {
    var rows: [Subject: BudgetState] = [:]
    var meters = Meters()

    /// Works out a lease and writes it down, without granting it.
    mutating func write(_ want: Want, _ quota: Quota, at now: Instant, in zones: TimeZones = .utc) -> Lease {
        let lease = Lease(
            want, of: quota, stored: rows[want.subject], known: meters.known(want.subject, in: want.account), at: now,
            in: zones)
        rows[want.subject] = lease.state
        return lease
    }

    /// Charges, lending as often as it takes.
    mutating func charge(
        _ payer: Payer, _ set: LimitSet = .none, _ budgets: [Budget] = [], cost: Int64 = 1, holding: Bool = false,
        at moment: Moment, into tally: inout Tally
    ) -> Charging {
        for _ in 0..<8 {
            let outcome = meters.charge(payer, set, budgets, cost: cost, holding: holding, at: moment, into: &tally)
            guard case .awaitsLease(let want) = outcome,
                let budget = budgets.first(where: { $0.subject == want.subject })
            else { return outcome }
            meters.grant(write(want, budget.quota, at: moment.at))
        }
        preconditionFailure("a lease leads to a decision")
    }

    /// Takes back what is lent and not used, and writes down what was spent.
    mutating func takeBack(unusedSince moment: Instant) {
        for (subject, spent) in meters.surrender(unusedSince: moment) { rows[subject]?.spent = spent }
    }

    /// Forgets what only memory knows.
    mutating func crash() { meters = Meters() }
}
