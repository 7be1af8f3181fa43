// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Telling
import Wire

/// `POST /v1/webhooks/{id}/replay`: everything behind a sequence, or all that was given up.
func replayWebhook(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("after")
    let id: WebhookID = try call.id("webhook")
    let webhooks = call.ports.telling.webhooks
    let replay =
        if let after = try fields.optional("after", .sequence) {
            try await webhooks.replay(by: call.caller, id, after: after, at: call.now)
        } else {
            try await webhooks.replayDead(by: call.caller, id, at: call.now)
        }
    return .one(revision: replay.webhook.revision) { writer in
        writer.key("webhook")
        writer.object { $0.members(of: replay.webhook) }
        writer.member("deliveries", replay.deliveries)
    }
}

/// `POST /v1/webhooks/{id}/deliveries/{event}/replay`.
func replayDelivery(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    guard let event = EventID(call.path["event"] ?? "") else { throw Refusal.notFound("delivery") }
    let delivery = try await call.ports.telling.webhooks.replay(
        by: call.caller, call.id("webhook"), event, at: call.now)
    return .json { writer in writer.object { $0.members(of: delivery) } }
}

/// `POST /v1/webhooks/{id}/test`. Answers when the receiver has, or has not in 20 seconds.
func testWebhook(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    let tested = try await call.ports.telling.webhooks.test(
        by: call.caller, call.id("webhook"), at: call.now, post: call.ports.telling.post)
    return .json { writer in
        writer.object { writer in
            writer.member("delivered", tested.outcome.meaning == .delivered)
            writer.member("message", tested.message.description)
            writer.member("status", tested.outcome.status)
            writer.member("reason", tested.outcome.reason)
        }
    }
}

extension Shape where Value == Int64 {
    /// The place of an event in the trail; 0 is before the first.
    fileprivate static var sequence: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let number = json.asInteger else { throw .type(pointer, "a whole number") }
            guard number >= 0 else { throw .value(pointer, "This is less than 0.", fix: "Send 0 or more.") }
            return number
        }
    }
}
