// SPDX-License-Identifier: Apache-2.0
package import Access
internal import IssuedKeys
package import Metering

extension Transaction {
    func budgetState(of subject: Subject) throws -> BudgetState? {
        try statements.first(
            "SELECT period_start, spent, refills, alerted, rule FROM quota_states WHERE subject = $1",
            [.text(subject.description)]
        ) { row in
            BudgetState(
                periodStart: try row.needMoment(0, "quota period_start"), spent: try row.needInteger(1, "quota spent"),
                refills: try row.needInteger(2, "quota refills"), alerted: try row.needInteger(3, "quota alerted"),
                rule: try row.needText(4, "quota rule"))
        }
    }

    func write(_ state: BudgetState, of subject: Subject) throws {
        try statements.run(
            """
            INSERT INTO quota_states (subject, period_start, spent, refills, alerted, rule)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (subject) DO UPDATE SET period_start = EXCLUDED.period_start,
            spent = EXCLUDED.spent, refills = EXCLUDED.refills, alerted = EXCLUDED.alerted, rule = EXCLUDED.rule
            """,
            [
                .text(subject.description), .moment(state.periodStart), .integer(state.spent), .integer(state.refills),
                .integer(state.alerted), .text(state.rule),
            ])
    }

    /// The quota that a key, owner or integration has now.
    func quota(of subject: Subject) throws -> Quota? {
        let text = try statements.first(
            "SELECT quota FROM \(subject.kind.table) WHERE id = $1", [.text(subject.description)]
        ) { $0.text(0) }
        return try (text ?? nil).map(AllowanceText.quota)
    }

    /// The account that a key, owner or integration stands in.
    func account(of subject: Subject) throws -> AccountID? {
        let text = try statements.first(
            "SELECT account FROM \(subject.kind.table) WHERE id = $1", [.text(subject.description)]
        ) { $0.text(0) }
        return (text ?? nil).flatMap { AccountID($0) }
    }
}

extension Subject.Kind {
    /// Where its quota stands.
    fileprivate var table: StaticString {
        switch self {
        case .key: "keys"
        case .account, .app, .user: "owners"
        case .integration: "integrations"
        }
    }
}

/// Budgets in storage: what is written down as spent before it is.
extension Opening {
    /// Writes leases, and puts them in force once they are durable. Gives the wants for which there is no quota.
    package static func lend(
        _ wants: [Want], _ engine: any Engine, meters: Meters, zones: TimeZones, at now: Instant
    ) async throws -> [Want] {
        let outcome: (leases: [Lease], idle: [Want]) = try await engine.write { statements in
            let transaction = Transaction(statements, vault: nil)
            var (leases, idle): ([Lease], [Want]) = ([], [])
            for want in wants {
                guard let quota = try transaction.quota(of: want.subject) else {
                    idle.append(want)
                    continue
                }
                let lease = Lease(
                    want, of: quota, stored: try transaction.budgetState(of: want.subject),
                    known: meters.known(want.subject, in: want.account), at: now, in: zones)
                try transaction.write(lease.state, of: want.subject)
                leases.append(lease)
            }
            return (leases, idle)
        } committed: { outcome in
            for lease in outcome.leases { meters.grant(lease) }
            for want in outcome.idle { meters.refuse(want) }
        }
        return outcome.idle
    }

    /// Takes back what is lent and not used: what storage then says is what was spent. Only between leases.
    package static func settle(
        _ engine: any Engine, meters: Meters, unusedSince moment: Instant
    ) async throws {
        let given = meters.surrender(unusedSince: moment)
        guard !given.isEmpty else { return }
        _ = try await engine.write { statements in
            for (subject, spent) in given {
                try statements.run(
                    "UPDATE quota_states SET spent = $1 WHERE subject = $2",
                    [.integer(spent), .text(subject.description)])
            }
            return given.count
        } committed: { _ in
        }
    }

    /// Remembers the alerts that were told.
    package static func store(
        alerts: [(subject: Subject, percent: Int)], _ engine: any Engine
    ) async throws {
        _ = try await engine.write { statements in
            for (subject, percent) in alerts {
                try statements.run(
                    "UPDATE quota_states SET alerted = $1 WHERE subject = $2 AND alerted < $1",
                    [.integer(Int64(percent)), .text(subject.description)])
            }
            return alerts.count
        } committed: { _ in
        }
    }

    /// What storage knows of a budget, and the account it is in.
    package static func budget(
        _ subject: Subject, _ engine: any Engine
    ) async throws -> (state: BudgetState?, account: AccountID?) {
        try await engine.read { statements in
            let transaction = Transaction(statements, vault: nil)
            return (try transaction.budgetState(of: subject), try transaction.account(of: subject))
        }
    }

    /// What is stored of budgets; none for those never touched. One reading for all of them.
    package static func budgetStates(
        of subjects: [Subject], _ engine: any Engine
    ) async throws -> [Subject: BudgetState] {
        try await engine.read { statements in
            let transaction = Transaction(statements, vault: nil)
            var states: [Subject: BudgetState] = [:]
            for subject in subjects { states[subject] = try transaction.budgetState(of: subject) }
            return states
        }
    }
}
