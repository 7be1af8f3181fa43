// SPDX-License-Identifier: Apache-2.0
package import Telling

/// What the control plane needs of who is told: webhooks, and those who wait for events themselves.
package struct TellingPort: Sendable {
    package let webhooks: Webhooks
    /// Where calls wait for events.
    package let waiting: WaitingRoom
    /// What is wrong with the address of a webhook, and what to do; nil where nothing is, as far as its text tells.
    package let fault: @Sendable (_ url: String, _ certificateAuthority: String?) -> WebhookFault?
    /// Posts once, at once.
    package let post: @Sendable (Parcel) async -> AttemptOutcome

    /// Port of these.
    package init(
        webhooks: Webhooks, waiting: WaitingRoom,
        fault: @escaping @Sendable (_ url: String, _ certificateAuthority: String?) -> WebhookFault?,
        post: @escaping @Sendable (Parcel) async -> AttemptOutcome
    ) {
        self.webhooks = webhooks
        self.waiting = waiting
        self.fault = fault
        self.post = post
    }
}

/// Why an address cannot be told of events.
package struct WebhookFault: Error, Equatable, Sendable {
    /// The field: `url` or `certificate_authority`.
    package let field: String
    package let detail: String
    package let fix: String

    /// A fault.
    package init(_ field: String, _ detail: String, fix: String) {
        self.field = field
        self.detail = detail
        self.fix = fix
    }
}
