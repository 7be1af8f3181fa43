// SPDX-License-Identifier: Apache-2.0
import Access

/// `GET /v1/accounts`.
func listAccounts(_ call: Call) async throws -> Answer {
    try await listOwners(call, "accounts", OwnerFilter(type: .account))
}

/// `GET /v1/accounts/{id}/apps` and `…/users`. The list's name holds the account, so that a cursor is good for that
/// account only.
func listInAccount(_ type: OwnerType) -> @Sendable (Call) async throws -> Answer {
    { call in
        let account: AccountID = try call.id("account")
        return try await listOwners(call, "\(account) \(type.rawValue)s", OwnerFilter(type: type, account: account))
    }
}

private func listOwners(_ call: Call, _ list: String, _ base: OwnerFilter) async throws -> Answer {
    var filter = base
    filter.externalID = try call.query.text("external_id", 1...200)
    filter.locked = try call.query.bool("locked")
    let position = try ListPosition(list, call.query)
    let found = try await call.ports.owners.list(by: call.caller, filter, position.page, at: call.now)
    let balances = try await call.ports.balances(of: found.items.map(\.budget), at: call.now)
    return .page(Array(zip(found.items, balances)), next: position.cursor(after: found.next)) { writer, item in
        writer.members(of: item.0, item.1)
    }
}

/// `GET /v1/accounts/{id}`, and the same for apps and users.
func readOwner(_ type: OwnerType) -> @Sendable (Call) async throws -> Answer {
    { call in
        try await call.answer(try await call.ports.owners.find(by: call.caller, call.ownerID(type), at: call.now))
    }
}
