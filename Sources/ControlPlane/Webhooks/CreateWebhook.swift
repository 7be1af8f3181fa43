// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Telling
import Wire

/// `POST /v1/webhooks`. With `…/rotate` the only answer that holds its secret.
func createWebhook(_ call: Call) async throws -> Answer {
    let fields = try call.fields("url", "name", "account", "types", "signing", "certificate_authority")
    let url = try fields.required("url", .text(1...2048))
    let draft = WebhookDraft(
        url: url, name: try fields.optional("name", .name) ?? "webhook",
        account: try fields.nullable("account", .id("an account")),
        types: try fields.optional("types", Shape<EventPattern>.eventPattern.list(1...EventPattern.most))
            ?? [.everythingDone],
        signing: try fields.optional("signing", Shape<Signing>.word) ?? .hmac,
        certificateAuthority: try fields.nullable("certificate_authority", .pem))
    try call.check(url: url, certificateAuthority: draft.certificateAuthority)
    return try await call.making(Answer.made) {
        try await call.ports.telling.webhooks.create(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

/// `POST /v1/webhooks/{id}/rotate`.
func rotateWebhook(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("overlap")
    let overlap = try fields.optional("overlap", .lengthOrNone) ?? .seconds(86_400)
    let revision = try call.expectedRevision()
    return try await call.making(Answer.rotated) {
        try await call.ports.telling.webhooks.rotate(
            by: call.caller, call.id("webhook"), overlap: overlap, ifRevision: revision, at: call.now, keeping: $0)
    }
}

extension Answer {
    @Sendable
    fileprivate static func made(_ made: MadeWebhook) -> Answer {
        .made(at: "/v1/webhooks/\(made.webhook.id)", revision: made.webhook.revision) { $0.members(of: made) }
    }

    @Sendable
    fileprivate static func rotated(_ made: MadeWebhook) -> Answer {
        .one(revision: made.webhook.revision) { $0.members(of: made) }
    }
}

extension JSONWriter {
    /// A webhook with the secret that was just made; null where the public key is all that a receiver needs.
    fileprivate mutating func members(of made: MadeWebhook) {
        members(of: made.webhook)
        member("secret", made.secret)
    }
}
