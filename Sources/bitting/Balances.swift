// SPDX-License-Identifier: Apache-2.0
import Access
import ControlPlane
import Metering
import Storage
import SystemZones

/// What is left of budgets: by what memory has spent, and for those it has not touched by what storage holds.
func balances(
    of budgets: [HeldBudget], _ engine: any Engine, _ meters: Meters, at now: Instant
) async throws -> [Balance] {
    let states = try await Opening.budgetStates(of: budgets.map(\.budget.subject), engine)
    return budgets.map { held in
        Balance(
            of: held.budget, stored: states[held.budget.subject],
            known: meters.known(held.budget.subject, in: held.account),
            at: now, in: .system)
    }
}
