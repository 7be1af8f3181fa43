// SPDX-License-Identifier: Apache-2.0
import IssuedKeys

/// `GET /v1/hygiene`.
func listHygiene(_ call: Call) async throws -> Answer {
    var filter = Hygiene.Filter()
    filter.kind = try call.query.value("kind", "a kind such as `never_used`") { HygieneKind(rawValue: $0) }
    filter.scope = try await UsageScope(call)
    let position = try ListPosition("hygiene", call.query)
    await call.ports.flushUses()
    let found = try await call.ports.hygiene.list(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}
