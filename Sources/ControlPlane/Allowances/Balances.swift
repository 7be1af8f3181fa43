// SPDX-License-Identifier: Apache-2.0
package import Access
import IssuedKeys
package import Metering

/// A budget, and the account whose meters hold it.
package struct HeldBudget: Sendable {
    package let budget: Budget
    package let account: Subject

    /// A budget within an account.
    package init(_ budget: Budget, in account: AccountID) {
        self.budget = budget
        self.account = Subject(.account(account))
    }
}

extension ControlPorts {
    /// What is left of the budgets of some things, in their order; nil for those without a quota. The port is asked
    /// once, and not at all when none has one.
    func balances(of budgets: [HeldBudget?], at now: Instant) async throws -> [Balance?] {
        let held = budgets.compactMap { $0 }
        guard !held.isEmpty else { return budgets.map { _ in nil } }
        var found = try await remaining(held, now).makeIterator()
        return budgets.map { $0 == nil ? nil : found.next() }
    }
}

extension Key {
    /// Its own budget, if it has one.
    var budget: HeldBudget? { quota.map { HeldBudget(Budget(subject: Subject(id), quota: $0), in: account) } }
}

extension Owner {
    /// Its own budget, if it has one.
    var budget: HeldBudget? { quota.map { HeldBudget(Budget(subject: Subject(id), quota: $0), in: account) } }
}
