// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys

/// `GET /v1/keys/{id}`.
func readKey(_ call: Call) async throws -> Answer {
    let (key, use) = try await call.ports.keys.find(by: call.caller, call.id("key"), at: call.now)
    let view = try await KeyViews(call: call).view(key, use)
    return .one(revision: key.revision) { $0.members(of: view) }
}

/// `GET /v1/keys`.
func listKeys(_ call: Call) async throws -> Answer {
    let views = KeyViews(call: call)
    let position = try ListPosition("keys", call.query)
    let filter = try await KeyFilter(call.query, views)
    let found = try await call.ports.keys.list(by: call.caller, filter, position.page, at: call.now)
    let items = try await views.views(found.items)
    return .page(items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

extension KeyFilter {
    init(_ query: Query, _ views: KeyViews) async throws {
        self.init()
        owner = try query.value("owner", "the id of an account, app or user") { OwnerID($0) }
        account = try query.id("account", "an account")
        state = try query.value("state", "`active`, `disabled` or `revoked`") {
            ["active", "disabled", "revoked"].contains($0) ? $0 : nil
        }
        prefix = try query.text("prefix", 1...64)
        lastUsedBefore = try query.value("last_used_before", "a time such as 2026-01-31T09:00:00Z") { text in
            Instant(text).flatMap { $0 <= .latest ? $0 : nil }
        }
        scope = try query.value("scope", "a scope such as `labels:create`") { Scope($0) }
        text = try query.text("q", 1...200)
        if let name = query.text("keyspace") {
            guard let found = try await views.keyspace(name) else {
                throw ParameterFault(
                    "keyspace", "There is no such keyspace.",
                    fix: "Name one that `GET /v1/keyspaces` lists, or leave it out.")
            }
            keyspace = found
        }
    }
}
