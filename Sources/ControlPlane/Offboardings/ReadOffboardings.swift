// SPDX-License-Identifier: Apache-2.0
import Access
import Offboarding

/// `GET /v1/offboardings`.
func listOffboardings(_ call: Call) async throws -> Answer {
    var filter = OffboardingFilter()
    filter.account = try call.query.id("account", "an account")
    filter.subject = try call.query.value("subject", "the id of an account, app or user") { OwnerID($0) }
    filter.state = try call.query.value("state", "`planning`, `running`, `done` or `cancelled`") {
        Offboarding.State(rawValue: $0)
    }
    let position = try ListPosition("offboardings", call.query)
    let found = try await call.ports.offboardings.list(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/offboardings/{id}`.
func readOffboarding(_ call: Call) async throws -> Answer {
    try await call.answer(try await call.ports.offboardings.find(by: call.caller, call.id("offboarding"), at: call.now))
}

/// `GET /v1/offboardings/{id}/items`.
func listOffboardingItems(_ call: Call) async throws -> Answer {
    let id: OffboardingID = try call.id("offboarding")
    let state = try call.query.value("state", "`planned`, `waiting`, `done` or `kept`") {
        OffboardingItem.State(rawValue: $0)
    }
    let position = try ListPosition("items", call.query)
    let offboarding = try await call.ports.offboardings.find(by: call.caller, id, at: call.now)
    let found = try await call.ports.offboardings.items(
        by: call.caller, of: id, state, after: position.page.after.flatMap { Int64($0) } ?? 0,
        limit: position.page.limit + 1, at: call.now)
    let limit = position.page.limit
    let next = found.count > limit ? String(found[limit - 1].item.number) : nil
    return .page(Array(found.prefix(limit)), next: position.cursor(after: next)) { writer, each in
        writer.members(of: each.item, each.rotation, offboarding, at: call.now)
    }
}
