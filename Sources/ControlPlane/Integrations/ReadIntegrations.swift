// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys

/// `GET /v1/integrations`.
func listIntegrations(_ call: Call) async throws -> Answer {
    var filter = IntegrationFilter()
    filter.account = try call.query.id("account", "an account")
    filter.app = try call.query.id("app", "an app")
    filter.credential = try call.query.id("credential", "a credential")
    filter.state = try call.query.value("state", "`active`, `paused` or `revoked`") { Integration.State(rawValue: $0) }
    let position = try ListPosition("integrations", call.query)
    let found = try await call.ports.integrations.list(by: call.caller, filter, position.page, at: call.now)
    return .page(try await call.views(found.items), next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/integrations/{id}`.
func readIntegration(_ call: Call) async throws -> Answer {
    let integration = try await call.ports.integrations.find(by: call.caller, call.id("integration"), at: call.now)
    await call.ports.flushUses()
    return try await call.answer(integration)
}
