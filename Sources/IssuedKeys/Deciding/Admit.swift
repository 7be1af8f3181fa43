// SPDX-License-Identifier: Apache-2.0
internal import Access
package import Metering

/// How a call was admitted, or that it cannot be said yet.
package enum Admission: Equatable, Sendable {
    case decided(Verdict)
    /// A budget has room, but storage must first hold more of it as spent. Ask for it, then ask again; nothing was
    /// taken.
    case awaitsLease(Want)
}

extension KeyIndex.Contents {
    /// The decision on one call and, when it is good, its price: the only step with an effect, and the last one, so
    /// that a refused call is never charged.
    ///
    /// - Parameters:
    ///   - holding: whether the call counts as in flight until it is released.
    ///   - tally: what the meters showed; empty when the key has neither limits nor quotas.
    @inline(__always)
    package borrowing func admit(
        _ question: Question, in bytes: Span<UInt8>, at moment: Moment, holding: Bool = false, by meters: Meters,
        into tally: inout Tally
    ) -> Admission {
        tally.reset()
        let verdict = verdict(on: question, in: bytes, at: moment.at)
        guard case .valid(let key) = verdict, isMetered(key) else { return .decided(verdict) }
        return charge(key, cost: question.cost, holding: holding, at: moment, by: meters, into: &tally)
    }

    /// The price of a call that is good otherwise.
    ///
    /// - Parameters:
    ///   - set: the limits in force for this call; nil for the key's.
    ///   - limitCosts: what each of them is charged; empty for `cost`.
    @inline(__always)
    package borrowing func charge(
        _ key: KeyPosition, limits set: LimitSet? = nil, cost: Int64, limitCosts: [Int64] = [], holding: Bool,
        at moment: Moment, by meters: Meters, into tally: inout Tally
    ) -> Admission {
        switch meters.charge(
            payer(key), set ?? limits(of: key), budgets(of: key), cost: cost, limitCosts: limitCosts, holding: holding,
            at: moment, into: &tally)
        {
        case .taken: return .decided(.valid(key))
        case .limited: return .decided(.rateLimited(key))
        case .exceeded: return .decided(.quotaExceeded(key))
        case .awaitsLease(let want): return .awaitsLease(want)
        }
    }

    /// Whether a call with this key is charged for anything.
    @inline(__always)
    package borrowing func isMetered(_ key: KeyPosition) -> Bool {
        limitPosition(key) != KeyRecord.noLimits || records[key.record].quota != 0 || ownersWithQuota > 0
    }

    @inline(__always)
    private borrowing func limitPosition(_ key: KeyPosition) -> UInt32 {
        let record = records[key.record]
        return record.limits == KeyRecord.keyspacesLimits ? defaultLimits[Int(record.keyspace)] : record.limits
    }

    /// The limits a key has, its own or its keyspace's.
    @inline(__always)
    package borrowing func limits(of key: KeyPosition) -> LimitSet { limitSets[Int(limitPosition(key))] }

    /// For whom its calls are counted. Both secrets of a key are one payer.
    @inline(__always)
    package borrowing func payer(_ key: KeyPosition) -> Payer {
        let record = records[key.record]
        let owner = owners[Int(record.owner)]
        return Payer(
            key: Subject(record.id), owner: Subject(owner.id), account: Subject(.account(owner.accountID)))
    }

    /// The budgets its calls are paid from: its own, its owner's, and the account's.
    package borrowing func budgets(of key: KeyPosition) -> [Budget] {
        let record = records[key.record]
        var budgets: [Budget] = []
        if let quota = quotas[Int(record.quota)] { budgets.append(Budget(subject: Subject(record.id), quota: quota)) }
        guard ownersWithQuota > 0 else { return budgets }
        let owner = owners[Int(record.owner)]
        if let quota = quotas[Int(owner.quota)] { budgets.append(Budget(subject: Subject(owner.id), quota: quota)) }
        if owner.id != .account(owner.accountID), let quota = quotas[Int(owners[Int(owner.account)].quota)] {
            budgets.append(Budget(subject: Subject(.account(owner.accountID)), quota: quota))
        }
        return budgets
    }
}
