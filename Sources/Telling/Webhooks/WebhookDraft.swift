// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is given to make a webhook.
package struct WebhookDraft: Equatable, Sendable {
    package var url: String
    package var name: String
    package var account: AccountID?
    package var types: [EventPattern]
    package var signing: Signing
    package var certificateAuthority: String?

    /// A draft.
    package init(
        url: String, name: String, account: AccountID?, types: [EventPattern], signing: Signing,
        certificateAuthority: String?
    ) {
        self.url = url
        self.name = name
        self.account = account
        self.types = types
        self.signing = signing
        self.certificateAuthority = certificateAuthority
    }
}

/// What may be changed of a webhook.
package struct WebhookPatch: Equatable, Sendable {
    package var url: Patch<String> = .keep
    package var name: Patch<String> = .keep
    package var types: Patch<[EventPattern]> = .keep
    package var certificateAuthority: Patch<String> = .keep

    /// A patch that changes nothing.
    package init() {}
}

/// A webhook whose secret was just made, and what is shown of it once: nil where the receiver needs no secret.
package struct MadeWebhook: Sendable {
    package let webhook: Webhook
    /// `whsec_…`
    package let secret: String?
}
