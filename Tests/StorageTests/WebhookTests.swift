// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage
import Telling
import TestKit
import Testing

/// A world with webhooks in it.
private struct Scene {
    let world: World
    let webhooks: Webhooks
    let ledger: Ledger
    let bell = EventBell()
    let now = FixedTime.start

    init() async throws {
        world = try await World.make()
        ledger = Ledger(
            engine: world.engine, index: world.index, lending: world.lending, vault: world.vault, random: .seeded(8),
            bell: bell)
        var random = Seeded(7)
        let master = MasterKey.generate(using: &random).key
        let keyring = try Keyring(opening: try await Opening.keyring(world.engine), with: master)
        webhooks = Webhooks(store: ledger.webhooks(), keyring: keyring, random: .seeded(9))
    }

    func hook(_ account: AccountID? = nil, by caller: Caller = .setup) async throws -> Webhook {
        try await webhooks.create(
            by: caller,
            WebhookDraft(
                url: "https://hook.example/x", name: "hook", account: account, types: [.everythingDone], signing: .hmac,
                certificateAuthority: nil), at: now
        ).webhook
    }

    func missed(_ sequence: Int64, _ event: EventID, attempts: Int64 = 1, next: Instant?) -> Undelivered {
        Undelivered(
            sequence: sequence, event: event, type: "key.create", state: next == nil ? .dead : .waiting,
            attempts: attempts, firstAt: now, lastAt: now, nextAt: next, status: 500, reason: nil)
    }

    func settle(_ webhook: Webhook, position: Int64, _ changes: [LaneProgress.Change] = []) async throws {
        try await ledger.settle(
            [
                LaneProgress(
                    webhook: webhook.id, revision: webhook.revision, position: position, failingSince: nil,
                    changes: changes)
            ], at: now)
    }

    func deliveries(_ webhook: Webhook, _ state: Undelivered.State? = nil) async throws -> [Undelivered] {
        try await webhooks.deliveries(by: .setup, of: webhook.id, state, after: 0, limit: 100, at: now)
    }

    func events() async throws -> [Event] {
        try await ledger.events(by: .setup, EventFilter(), after: 0, limit: 200, at: now)
    }
}

@Suite struct WebhookTests {
    @Test func `a webhook begins at the end of the trail and is read back as it was made`() async throws {
        let scene = try await Scene()
        let newest = try #require(try await scene.events().last?.sequence)
        let made = try await scene.hook()
        #expect(made.position == newest)
        #expect(try await scene.webhooks.find(by: .setup, made.id, at: scene.now) == made)
        #expect(try await scene.ledger.activeWebhooks() == [made])
    }

    @Test func `progress is written, that of an older revision is not`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        let event = try #require(try await scene.events().first)
        try await scene.settle(made, position: 50, [.missed(scene.missed(event.sequence, event.id, next: scene.now))])
        #expect(try await scene.webhooks.find(by: .setup, made.id, at: scene.now).position == 50)
        #expect(try await scene.deliveries(made).map(\.event) == [event.id])
        let off = try await scene.webhooks.disable(by: .setup, made.id, at: scene.now)
        #expect(off.revision == made.revision + 1)
        try await scene.settle(made, position: 60, [.delivered(event.sequence)])
        #expect(try await scene.webhooks.find(by: .setup, made.id, at: scene.now).position == 50)
        #expect(try await scene.deliveries(made).count == 1)
    }

    @Test func `what is due comes with its event, the longest due first, and the next moment with it`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        let events = try await scene.events()
        let moments = [scene.now + .seconds(9), scene.now, Instant(milliseconds: scene.now.milliseconds - 5)]
        try await scene.settle(
            made, position: 9,
            zip(events, moments).map { .missed(scene.missed($0.sequence, $0.id, next: $1)) })
        let due = try await scene.ledger.dueDeliveries(of: made.id, at: scene.now, limit: 8)
        #expect(due.items.map(\.event) == [events[2], events[1]])
        #expect(due.next == scene.now + .seconds(9))
        let other = try await scene.hook()
        #expect(try await scene.ledger.dueDeliveries(of: other.id, at: scene.now, limit: 8).items.isEmpty)
    }

    @Test func `the end of a lane disables the webhook with an event by the schedule`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        try await scene.settle(made, position: 9, [.disable(.failing)])
        let off = try await scene.webhooks.find(by: .setup, made.id, at: scene.now)
        #expect(off.state == .disabled && off.ending == .failing && off.disabledAt == scene.now)
        let event = try #require(try await scene.events().last)
        #expect(event.action == "webhook.disable" && event.caller == "schedule")
        #expect(event.details.contains(.init("reason", "failing")))
        #expect(try await scene.ledger.activeWebhooks().isEmpty)
    }

    @Test func `what was given up is replayed with all attempts ahead`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        let events = try await scene.events()
        try await scene.settle(
            made, position: 9,
            [
                .missed(scene.missed(1, events[0].id, attempts: 10, next: nil)),
                .missed(scene.missed(2, events[1].id, attempts: 3, next: scene.now + .seconds(60))),
            ])
        #expect(try await scene.webhooks.replayDead(by: .setup, made.id, at: scene.now).deliveries == 1)
        let all = try await scene.deliveries(made)
        #expect(all.map(\.state) == [.waiting, .waiting])
        #expect(all.map(\.attempts) == [0, 3])
        #expect(all[0].nextAt == scene.now)
        let one = try await scene.webhooks.replay(by: .setup, made.id, events[1].id, at: scene.now)
        #expect(one.nextAt == scene.now && one.attempts == 0)
        await #expect(throws: Refusal.notFound("delivery")) {
            try await scene.webhooks.replay(by: .setup, made.id, events[2].id, at: scene.now)
        }
    }

    @Test func `a replay from a sequence forgets what it will send anew`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        let events = try await scene.events()
        try await scene.settle(
            made, position: 9,
            [
                .missed(scene.missed(1, events[0].id, next: scene.now)),
                .missed(scene.missed(3, events[2].id, next: scene.now)),
            ])
        let replay = try await scene.webhooks.replay(by: .setup, made.id, after: 2, at: scene.now)
        #expect(replay.webhook.position == 2)
        #expect(try await scene.deliveries(made).map(\.sequence) == [1])
    }

    @Test func `letters given up are forgotten after thirty days, others are not`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        let events = try await scene.events()
        try await scene.settle(
            made, position: 9,
            [
                .missed(scene.missed(1, events[0].id, next: nil)),
                .missed(scene.missed(2, events[1].id, next: scene.now)),
            ])
        try await scene.ledger.forgetDeadLetters(at: scene.now + .seconds(30 * 86_400))
        #expect(try await scene.deliveries(made).count == 2)
        try await scene.ledger.forgetDeadLetters(at: scene.now + .seconds(30 * 86_400 + 1))
        #expect(try await scene.deliveries(made).map(\.sequence) == [2])
    }

    @Test func `removing leaves nothing`() async throws {
        let scene = try await Scene()
        let made = try await scene.hook()
        let event = try #require(try await scene.events().first)
        try await scene.settle(made, position: 9, [.missed(scene.missed(1, event.id, next: scene.now))])
        _ = try await scene.webhooks.remove(by: .setup, made.id, at: scene.now)
        for table in ["webhooks", "webhook_secrets", "webhook_deliveries"] {
            let count = try await scene.world.engine.read { statements in
                var count: Int64?
                try statements.forEach("SELECT COUNT(*) FROM \(table)", []) { count = $0.integer(0) }
                return count
            }
            #expect(count == 0, "\(table)")
        }
    }

    @Test func `the bell rings for what is durable, and for nothing that was undone`() async throws {
        let scene = try await Scene()
        let customer = try await scene.world.customer("Shop")
        #expect(scene.bell.newest == 0)
        let made = try await scene.hook(customer.account)
        let newest = try #require(try await scene.events().last?.sequence)
        #expect(scene.bell.newest == newest)
        _ = try? await scene.webhooks.change(by: .setup, made.id, WebhookPatch(), ifRevision: 99, at: scene.now)
        #expect(scene.bell.newest == newest)
        _ = try? await scene.webhooks.find(by: .unknown, made.id, at: scene.now)
        #expect(scene.bell.newest == newest + 1, "a refusal is an event")
    }

    @Test func `who is bound to accounts has no webhook of others or of all`() async throws {
        let scene = try await Scene()
        let (mine, other) = (try await scene.world.customer("Mine"), try await scene.world.customer("Other"))
        let bound = scene.world.caller("*:*", boundTo: [mine.account])
        let foreign = [try await scene.hook(), try await scene.hook(other.account)]
        let own = try await scene.hook(mine.account, by: bound)
        #expect(
            try await scene.webhooks.list(by: bound, WebhookFilter(), Page(after: nil, limit: 9), at: scene.now).items
                == [own])
        for webhook in foreign {
            await #expect(throws: Refusal.notFound("webhook")) {
                try await scene.webhooks.rotate(
                    by: bound, webhook.id, overlap: .seconds(0), ifRevision: nil, at: scene.now)
            }
        }
        await #expect(throws: Refusal.self) { try await scene.hook(other.account, by: bound) }
        await #expect(throws: Refusal.self) { try await scene.hook(by: bound) }
    }
}
