// SPDX-License-Identifier: Apache-2.0
import Access
import Metering
import Synchronization
import TestKit

/// A lender whose storage is a dictionary. Answers from another thread, a little later, as a database would.
final class Bank: Lender {
    let meters = Meters()
    private let quota: Quota
    private let rows = Mutex<[Subject: BudgetState]>([:])
    private let isBroken: Bool

    init(_ quota: Quota, isBroken: Bool = false) {
        self.quota = quota
        self.isBroken = isBroken
    }

    /// How much storage holds as spent, in all.
    var written: Int64 { rows.withLock { rows in rows.values.reduce(0) { $0 + $1.spent } } }

    func refill(_ want: Want) { lend(want) { _ in } }

    func lend(_ want: Want, then: @escaping @Sendable (Bool) -> Void) {
        Task {
            guard !isBroken else { return then(false) }
            rows.withLock { rows in
                let lease = Lease(
                    want, of: quota, stored: rows[want.subject], known: meters.known(want.subject, in: want.account),
                    at: FixedTime.start, in: .utc)
                rows[want.subject] = lease.state
                meters.grant(lease)
            }
            then(true)
        }
    }
}
