// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes

/// `GET /v1/deposits`.
func listDeposits(_ call: Call) async throws -> Answer {
    var filter = DepositFilter()
    filter.account = try call.query.id("account", "an account")
    filter.state = try call.query.value("state", "`open`, `received`, `withdrawn` or `exhausted`") {
        Deposit.State(rawValue: $0)
    }
    let position = try ListPosition("deposits", call.query)
    let found = try await call.ports.depositing.deposits.list(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1, at: call.now) }
}

/// `GET /v1/deposits/{id}`.
func readDeposit(_ call: Call) async throws -> Answer {
    let deposit = try await call.ports.depositing.deposits.find(by: call.caller, call.id("invitation"), at: call.now)
    return .one(revision: deposit.revision) { $0.members(of: deposit, at: call.now) }
}

/// `POST /v1/deposits/{id}/withdraw`.
func withdrawDeposit(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    let deposit = try await call.ports.depositing.deposits.withdraw(
        by: call.caller, call.id("invitation"), at: call.now)
    return .one(revision: deposit.revision) { $0.members(of: deposit, at: call.now) }
}
