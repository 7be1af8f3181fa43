// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Wire

/// One event as it is posted: the same bytes at each attempt and for each webhook.
package struct Message: Sendable {
    /// The event's place in the trail.
    package let sequence: Int64
    /// The event's id: the same at each attempt, so that a receiver can tell repeats.
    package let id: EventID
    package let account: AccountID?
    package let type: EventType
    /// `{"type", "timestamp", "data"}`.
    package let body: [UInt8]

    /// The longest body, in bytes (Standard Webhooks 1.0 wants fewer than 20 kB).
    package static let longestBody = 20_000
    /// The type of a message that tries whether a webhook works; it is sent at once or not at all.
    package static let testAction = "webhook.test"

    /// The message of an event. Details that would make it too long are left out, and it says so.
    package init(_ event: Event) {
        sequence = event.sequence
        id = event.id
        account = event.account
        type = EventType(event)
        let whole = Self.body(event, type, withDetails: true)
        body = whole.count <= Self.longestBody ? whole : Self.body(event, type, withDetails: false)
    }

    /// Nothing here that `GET /v1/events` does not show; the caller's address is left to that.
    private static func body(_ event: Event, _ type: EventType, withDetails: Bool) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("type", type.description)
            writer.member("timestamp", event.at.description)
            writer.key("data")
            writer.object { writer in
                writer.member("id", event.id.description)
                writer.member("sequence", event.sequence)
                writer.member("action", event.action)
                writer.member("outcome", event.outcome.rawValue)
                writer.member("caller", event.caller)
                writer.member("subject", event.subject)
                writer.member("account", event.account?.description)
                writer.key("details")
                writer.object { writer in
                    for detail in withDetails ? event.details : [] { writer.member(detail.name, detail.value) }
                }
                if !withDetails { writer.member("details_omitted", true) }
            }
        }
        return writer.bytes
    }
}

extension Webhook {
    /// Whether it is to be told of this.
    package func wants(_ message: Message) -> Bool {
        guard account == nil || account == message.account else { return false }
        // A test goes to the webhook that is tested, at once.
        guard message.type.noun != "webhook" || message.type.verb != "test" else { return false }
        return types.contains { $0.matches(message.type) }
    }
}
