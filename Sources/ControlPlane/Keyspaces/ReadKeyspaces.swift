// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys

/// `GET /v1/keyspaces`.
func listKeyspaces(_ call: Call) async throws -> Answer {
    let position = try ListPosition("keyspaces", call.query)
    let found = try await call.ports.keyspaces.list(by: call.caller, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/keyspaces/{id}`.
func readKeyspace(_ call: Call) async throws -> Answer {
    .keyspace(try await call.ports.keyspaces.find(by: call.caller, call.id("keyspace"), at: call.now))
}
