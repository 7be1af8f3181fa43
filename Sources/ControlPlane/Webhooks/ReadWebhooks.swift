// SPDX-License-Identifier: Apache-2.0
import Access
import Telling

/// `GET /v1/webhooks`.
func listWebhooks(_ call: Call) async throws -> Answer {
    var filter = WebhookFilter()
    filter.account = try call.query.id("account", "an account")
    filter.state = try call.query.value("state", "`active` or `disabled`") { Webhook.State(rawValue: $0) }
    let position = try ListPosition("webhooks", call.query)
    let found = try await call.ports.telling.webhooks.list(by: call.caller, filter, position.page, at: call.now)
    return .page(found.items, next: position.cursor(after: found.next)) { $0.members(of: $1) }
}

/// `GET /v1/webhooks/{id}`.
func readWebhook(_ call: Call) async throws -> Answer {
    .webhook(try await call.ports.telling.webhooks.find(by: call.caller, call.id("webhook"), at: call.now))
}

/// `GET /v1/webhooks/{id}/deliveries`. The cursor is the sequence of the last event shown.
func listDeliveries(_ call: Call) async throws -> Answer {
    let after = try call.query.number("after", 0...Int64.max) ?? 0
    let limit = try call.query.number("limit", 1...Int64(Page.longest)).map(Int.init) ?? ListPosition.usualLimit
    let state = try call.query.value("state", "`waiting` or `dead`") { Undelivered.State(rawValue: $0) }
    let found = try await call.ports.telling.webhooks.deliveries(
        by: call.caller, of: call.id("webhook"), state, after: after, limit: limit + 1, at: call.now)
    let items = Array(found.prefix(limit))
    let next = found.count > limit ? items.last.map { String($0.sequence) } : nil
    return .page(items, next: next) { $0.members(of: $1) }
}
