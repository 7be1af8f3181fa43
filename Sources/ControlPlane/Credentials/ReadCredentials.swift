// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys

/// `GET /v1/credentials`. Deleted ones are shown only to who asks for them.
func listCredentials(_ call: Call) async throws -> Answer {
    var filter = CredentialFilter()
    filter.account = try call.query.id("account", "an account")
    filter.provider = try call.query.value("provider", "the name of a provider") { Provider.isName($0) ? $0 : nil }
    filter.isDeleted = try call.query.bool("deleted") ?? false
    let position = try ListPosition("credentials", call.query)
    let found = try await call.ports.credentials.list(by: call.caller, filter, position.page, at: call.now)
    let used = try await call.lastUses(of: found.items.map(\.id))
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1, used: used) }
}

/// `GET /v1/credentials/{id}`.
func readCredential(_ call: Call) async throws -> Answer {
    let credential = try await call.ports.credentials.find(by: call.caller, call.id("credential"), at: call.now)
    await call.ports.flushUses()
    return try await call.answer(credential)
}

/// `GET /v1/credentials/{id}/versions`.
func listVersions(_ call: Call) async throws -> Answer {
    let position = try ListPosition("versions", call.query)
    let found = try await call.ports.credentials.versions(
        by: call.caller, of: call.id("credential"), position.page, at: call.now)
    let used = try await call.lastUses(of: [call.id("credential")])
    return .page(found.items, next: position.cursor(after: found.next)) {
        $0.members(of: $1, lastUsedAt: used[$1.id])
    }
}
