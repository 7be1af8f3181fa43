// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys

/// `GET /v1/credentials`.
func listCredentials(_ call: Call) async throws -> Answer {
    var filter = CredentialFilter()
    filter.account = try call.query.id("account", "an account")
    filter.provider = try call.query.value("provider", "the name of a provider") { Provider.isName($0) ? $0 : nil }
    let position = try ListPosition("credentials", call.query)
    let found = try await call.ports.credentials.list(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/credentials/{id}`.
func readCredential(_ call: Call) async throws -> Answer {
    let credential = try await call.ports.credentials.find(by: call.caller, call.id("credential"), at: call.now)
    return .one(revision: credential.revision) { $0.members(of: credential) }
}
