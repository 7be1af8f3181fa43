// SPDX-License-Identifier: Apache-2.0
import Access

@testable import Metering

/// Budgets, told plainly: what was spent, since when. Periods are days of UTC.
struct BudgetModel {
    private struct Row {
        var day: Int64
        var spent: Int64 = 0
        var refills: Int64 = 0
    }

    private var rows: [Subject: Row] = [:]

    private mutating func row(_ budget: Budget, _ now: Instant) -> Row {
        let day = now.milliseconds / 86_400_000
        var row = rows[budget.subject] ?? Row(day: day)
        if day > row.day, let refill = budget.quota.refill {
            row.refills += day - row.day
            row.day = day
            if refill.mode == .replace { row.spent = 0 }
        }
        rows[budget.subject] = row
        return row
    }

    private static func capacity(_ quota: Quota, _ refills: Int64) -> Int64 {
        guard let refill = quota.refill, refills > 0 else { return quota.amount }
        return refill.mode == .replace ? refill.amount : quota.amount + refill.amount * refills
    }

    /// How much is left.
    mutating func remaining(_ budget: Budget, _ now: Instant) -> Int64 {
        let row = row(budget, now)
        return max(0, Self.capacity(budget.quota, row.refills) - row.spent)
    }

    /// Whether all have room.
    mutating func admits(_ budgets: [Budget], cost: Int64, _ now: Instant) -> Bool {
        var admits = true
        for budget in budgets where remaining(budget, now) < cost { admits = false }
        return admits
    }

    /// Spends from all.
    mutating func spend(_ budgets: [Budget], cost: Int64, _ now: Instant) {
        for budget in budgets { rows[budget.subject]?.spent += cost }
    }
}
