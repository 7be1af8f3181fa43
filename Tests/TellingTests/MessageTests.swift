// SPDX-License-Identifier: Apache-2.0
import Access
import Telling
import TestKit
import Testing
import Wire

@Suite struct MessageTests {
    @Test func `the body says what happened and not from which address`() throws {
        let message = Message(.sample("key.rotate", sequence: 7, details: [.init("grace", "1h")]))
        let body = try JSON.parse(message.body)
        #expect(body.asObject?.map(\.name) == ["type", "timestamp", "data"])
        #expect(body["type"] == "key.rotate")
        #expect(body["timestamp"]?.asString == FixedTime.start.description)
        #expect(body["data"]?["sequence"] == 7)
        #expect(body["data"]?["details"] == ["grace": "1h"])
        #expect(!String(decoding: message.body, as: UTF8.self).contains("203.0.113.9"))
    }

    @Test func `details that would make it too long are left out, and it says so`() throws {
        let long = Message(.sample(details: [.init("allow", String(repeating: "x", count: 30_000))]))
        #expect(long.body.count < Message.longestBody)
        let body = try JSON.parse(long.body)
        #expect(body["data"]?["details_omitted"] == true)
        #expect(body["data"]?["details"] == .object([]))
        #expect(body["type"] == "key.revoke")
    }

    @Test func `an id has no dot, which the signature counts on`() {
        #expect(!Message(.sample()).id.description.contains("."))
    }

    @Test func `a webhook gets what its account and its types say, and never a test of another`() throws {
        let (mine, other) = (AccountID(high: 1, low: 1), AccountID(high: 1, low: 2))
        let bound = Webhook.sample(account: mine, types: ["key.*"])
        #expect(bound.wants(Message(.sample("key.create", account: mine))))
        #expect(!bound.wants(Message(.sample("key.create", account: other))))
        #expect(!bound.wants(Message(.sample("key.create"))))
        #expect(!bound.wants(Message(.sample("app.create", account: mine))))
        let all = Webhook.sample(types: ["*.*"])
        #expect(all.wants(Message(.sample("key.create", account: other))))
        #expect(all.wants(Message(.sample("provider.put"))))
        #expect(!all.wants(Message(.sample("webhook.test"))))
    }
}

extension Webhook {
    /// An active webhook of these types.
    static func sample(
        account: AccountID? = nil, types: [String] = ["*.*"], signing: Signing = .hmac, secrets: [WebhookSecret] = [],
        failingSince: Instant? = nil, position: Int64 = 0
    ) -> Webhook {
        Webhook(
            id: WebhookID(high: 5, low: 5), account: account, name: "hook", url: "https://hook.example/in?t=1",
            certificateAuthority: nil, types: types.compactMap { EventPattern($0) }, signing: signing, secrets: secrets,
            failingSince: failingSince, position: position, createdAt: FixedTime.start, updatedAt: FixedTime.start,
            revision: 3)
    }
}
