// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Synchronization

/// A call whose cost is estimated and whose end is not seen here: it holds its place in flight and its estimate until
/// it is settled, or settles itself at the estimate when its time is over.
package struct Reservation: Sendable {
    let hold: Hold
    /// Budgets with the end of the period that was charged.
    let budgets: [(budget: Budget, periodEnd: Instant)]
    let cost: Int64
    /// The account whose call it is.
    package let account: AccountID
    /// When it settles itself, in ticks.
    let endsAt: UInt64
}

/// How a settlement ended.
package enum Settlement: Equatable, Sendable {
    case settled(reserved: Int64)
    /// There is none of that name: settled already, by call or by time.
    case unknown
    /// More was used than is written down as spent; ask the lender, then answer.
    case awaitsLease(Want)
}

extension Meters {
    /// How many reservations there may be at once.
    package static let mostReservations = 200_000

    /// Keeps what a charge with `holding` took until it is settled. False when there are too many; then nothing is
    /// kept, and the caller must release.
    package func reserve(
        _ id: ReservationID, _ payer: Payer, _ set: LimitSet, _ budgets: [Budget], cost: Int64,
        account: AccountID, until end: UInt64
    ) -> Bool {
        let charged = budgets.map { budget in
            (budget: budget, periodEnd: known(budget.subject, in: payer.account)?.periodEnd ?? .distantFuture)
        }
        let reservation = Reservation(
            hold: Hold(payer: payer, set: set), budgets: charged, cost: cost, account: account, endsAt: end)
        return reservations.withLock { all in
            guard all.count < Self.mostReservations else { return false }
            all[id] = reservation
            return true
        }
    }

    /// Takes back a charge with `holding` that came to nothing.
    package func giveBack(_ payer: Payer, _ set: LimitSet, _ budgets: [Budget], cost: Int64) {
        release(Hold(payer: payer, set: set))
        for budget in budgets {
            locked(payer.account) { stripe in
                guard let place = stripe.knownAccount(budget.subject) else { return }
                stripe.accounts[place].spent = max(0, stripe.accounts[place].spent - cost)
            }
        }
    }

    /// The reservation, while it is open.
    package func reservation(_ id: ReservationID) -> Reservation? { reservations.withLock { $0[id] } }

    /// Ends a reservation: gives back what was not used, takes what was used beyond the estimate, also beyond the
    /// budget, since it has been used.
    package func settle(_ id: ReservationID, cost: Int64?) -> Settlement {
        guard let open = reservations.withLock({ $0.removeValue(forKey: id) }) else { return .unknown }
        release(open.hold)
        let difference = (cost ?? open.cost) - open.cost
        var want: Want?
        for (budget, periodEnd) in open.budgets where difference != 0 {
            let account = open.hold.payer.account
            let isOver = locked(account) { stripe -> Bool in
                guard let place = stripe.knownAccount(budget.subject), stripe.accounts[place].periodEnd == periodEnd
                else { return false }
                let (sum, overflow) = stripe.accounts[place].spent.addingReportingOverflow(difference)
                stripe.accounts[place].spent = overflow ? Quota.amounts.upperBound : max(0, sum)
                return stripe.accounts[place].spent > stripe.accounts[place].granted
            }
            if isOver { want = Want(subject: budget.subject, account: account, amount: 0) }
        }
        if let want { return .awaitsLease(want) }
        return .settled(reserved: open.cost)
    }

    /// Settles all whose time is over at their estimates.
    package func settleOverdue(tick: UInt64) {
        let overdue = reservations.withLock { all in
            let ids = all.filter { $0.value.endsAt <= tick }.map(\.key)
            return ids.compactMap { all.removeValue(forKey: $0) }
        }
        for reservation in overdue { release(reservation.hold) }
    }
}
