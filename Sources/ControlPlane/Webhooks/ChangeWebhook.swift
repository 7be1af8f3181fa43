// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Telling

/// `PATCH /v1/webhooks/{id}`.
func changeWebhook(_ call: Call) async throws -> Answer {
    let fields = try call.fields("url", "name", "types", "certificate_authority")
    var patch = WebhookPatch()
    patch.url = try fields.settable("url", .text(1...2048))
    patch.name = try fields.settable("name", .name)
    patch.types = try fields.settable("types", Shape<EventPattern>.eventPattern.list(1...EventPattern.most))
    patch.certificateAuthority = try fields.clearable("certificate_authority", .pem)
    let id: WebhookID = try call.id("webhook")
    let webhooks = call.ports.telling.webhooks
    let before = try await webhooks.find(by: call.caller, id, at: call.now)
    try call.check(
        url: patch.url.applied(to: before.url),
        certificateAuthority: patch.certificateAuthority.applied(to: before.certificateAuthority))
    return .webhook(
        try await webhooks.change(by: call.caller, id, patch, ifRevision: call.expectedRevision(), at: call.now))
}

/// `POST /v1/webhooks/{id}/disable`.
func disableWebhook(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return .webhook(
        try await call.ports.telling.webhooks.disable(by: call.caller, call.id("webhook"), at: call.now))
}

/// `POST /v1/webhooks/{id}/enable`.
func enableWebhook(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("skip_missed")
    let skips = try fields.optional("skip_missed", .bool) ?? false
    return .webhook(
        try await call.ports.telling.webhooks.enable(
            by: call.caller, call.id("webhook"), skippingMissed: skips, at: call.now))
}

/// `POST /v1/webhooks/{id}/remove`.
func removeWebhook(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return .webhook(try await call.ports.telling.webhooks.remove(by: call.caller, call.id("webhook"), at: call.now))
}
