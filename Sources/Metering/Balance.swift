// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is left of a budget at a moment: what people and programs are shown.
package struct Balance: Equatable, Sendable {
    package let remaining: Int64
    /// When it is refilled; nil for never.
    package let refillsAt: Instant?

    /// What the next lease would find, so that what is shown and what is charged cannot differ.
    ///
    /// - Parameters:
    ///   - stored: what storage holds; nil when the budget was never touched.
    ///   - known: what memory has spent. Without it what is leased counts as spent: too little is shown rather than
    ///     too much.
    package init(
        of budget: Budget, stored: BudgetState?, known: Meters.Known?, at now: Instant, in zones: TimeZones
    ) {
        let want = Want(subject: budget.subject, account: budget.subject, amount: 0)
        let lease = Lease(want, of: budget.quota, stored: stored, known: known, at: now, in: zones)
        remaining = max(0, budget.quota.capacity(refills: lease.state.refills) - lease.spent)
        refillsAt = budget.quota.refill == nil ? nil : lease.periodEnd
    }

    /// What is left of a budget that nobody has touched.
    package init(new budget: Budget, at now: Instant, in zones: TimeZones) {
        self.init(of: budget, stored: nil, known: nil, at: now, in: zones)
    }
}
