// SPDX-License-Identifier: Apache-2.0
package import Metering

extension Opening {
    /// What is stored of budgets; none for those never touched. One reading for all of them.
    package static func budgetStates(
        of subjects: [Subject], _ engine: any Engine
    ) async throws -> [Subject: BudgetState] {
        try await engine.read { statements in
            var states: [Subject: BudgetState] = [:]
            for subject in subjects { states[subject] = try budgetState(of: subject, statements) }
            return states
        }
    }

    private static func budgetState(of subject: Subject, _ statements: any Statements) throws -> BudgetState? {
        try statements.first(
            "SELECT period_start, spent, refills, alerted, rule FROM quota_states WHERE subject = $1",
            [.text(subject.description)]
        ) { row in
            BudgetState(
                periodStart: try row.needMoment(0, "period"),
                spent: try row.needInteger(1, "spent"), refills: try row.needInteger(2, "refills"),
                alerted: try row.needInteger(3, "alerted"), rule: try row.needText(4, "refill rule"))
        }
    }
}
