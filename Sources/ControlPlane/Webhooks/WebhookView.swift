// SPDX-License-Identifier: Apache-2.0
import Telling
import Wire

extension JSONWriter {
    /// A webhook as it is shown; its secret is not among it.
    mutating func members(of webhook: Webhook) {
        text("id", webhook.id)
        member("name", webhook.name)
        member("url", webhook.url)
        text("account", webhook.account)
        member("types", webhook.types.map(\.description))
        member("signing", webhook.signing.rawValue)
        key("secrets")
        array { writer in
            for secret in webhook.secrets { writer.object { $0.members(of: secret) } }
        }
        member("certificate_authority", webhook.certificateAuthority)
        member("state", webhook.state.rawValue)
        member("disabled_reason", webhook.ending?.rawValue)
        text("disabled_at", webhook.disabledAt)
        text("failing_since", webhook.failingSince)
        member("position", webhook.position)
        text("created_at", webhook.createdAt)
        text("updated_at", webhook.updatedAt)
    }

    private mutating func members(of secret: WebhookSecret) {
        member("number", secret.number)
        member("public_key", secret.publicText)
        text("created_at", secret.createdAt)
        text("ends_at", secret.endsAt)
    }

    /// A message that was not taken.
    mutating func members(of delivery: Undelivered) {
        text("event", delivery.event)
        member("sequence", delivery.sequence)
        member("type", delivery.type)
        member("state", delivery.state.rawValue)
        member("attempts", delivery.attempts)
        text("first_at", delivery.firstAt)
        text("last_at", delivery.lastAt)
        text("next_at", delivery.nextAt)
        member("status", delivery.status)
        member("reason", delivery.reason)
    }
}

extension Answer {
    static func webhook(_ webhook: Webhook) -> Answer {
        one(revision: webhook.revision) { $0.members(of: webhook) }
    }
}
