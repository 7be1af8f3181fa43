// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import Synchronization
import Telling
import TestKit
import Testing

/// A trail, receivers and a list of deliveries in memory, as the courier's ports.
private final class Stage: Sendable {
    private struct State {
        var now = FixedTime.start
        var events: [Event] = []
        var webhooks: [Webhook] = []
        var posts: [(webhook: String, sequence: Int64)] = []
        var deliveries: [Int64: Undelivered] = [:]
        var settled: [LaneProgress] = []
        var statuses: [String: Int] = [:]
        var stuck: [CheckedContinuation<Void, Never>] = []
        var waiters:
            [(when: @Sendable ([(webhook: String, sequence: Int64)]) -> Bool, CheckedContinuation<Void, Never>)] = []
    }

    let bell = EventBell()
    private let keyring: Keyring
    private let state = Mutex(State())

    init() throws { keyring = try .sample() }

    func add(_ name: String, account: AccountID? = nil, types: [String] = ["*.*"], position: Int64 = 0) {
        let id = WebhookID(high: 7, low: UInt64(state.withLock { $0.webhooks.count }))
        let secret = WebhookSecret.sealed(Array(0..<32), of: id, number: 1, endsAt: nil, keyring)
        let webhook = Webhook(
            id: id, account: account, name: name, url: name, certificateAuthority: nil,
            types: types.compactMap { EventPattern($0) }, signing: .hmac, secrets: [secret], position: position,
            createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        state.withLock { $0.webhooks.append(webhook) }
    }

    func happen(_ count: Int, _ action: String = "key.create") {
        let newest = state.withLock { state in
            for _ in 0..<count { state.events.append(.sample(action, sequence: Int64(state.events.count + 1))) }
            return Int64(state.events.count)
        }
        bell.ring(upTo: newest)
    }

    func answer(_ name: String, _ status: Int) { state.withLock { $0.statuses[name] = status } }
    func pass(_ length: Length) { state.withLock { $0.now = $0.now + length } }
    var settled: [LaneProgress] { state.withLock(\.settled) }
    func posts(to name: String) -> [Int64] { state.withLock { $0.posts.filter { $0.webhook == name }.map(\.sequence) } }

    /// Waits until the posts so far are as told.
    func wait(until isEnough: @escaping @Sendable ([(webhook: String, sequence: Int64)]) -> Bool) async {
        await withCheckedContinuation { continuation in
            let isThere = state.withLock { state in
                if isEnough(state.posts) { return true }
                state.waiters.append((isEnough, continuation))
                return false
            }
            if isThere { continuation.resume() }
        }
    }

    private func post(_ parcel: Parcel) async -> AttemptOutcome {
        let id = parcel.fields.first { $0.name == "webhook-id" }?.value ?? ""
        let sequence = Int64(EventID(id)?.low ?? 0)
        let (status, woken) = state.withLock { state in
            state.posts.append((parcel.url, sequence))
            let woken = state.waiters.filter { $0.when(state.posts) }
            state.waiters.removeAll { $0.when(state.posts) }
            return (state.statuses[parcel.url] ?? 204, woken)
        }
        for waiter in woken { waiter.1.resume() }
        // Status 0: never answers.
        if status == 0 { try? await Task.sleep(for: .seconds(3600)) }
        return .answered(status: status, retryAfter: nil)
    }

    private func settle(_ progress: [LaneProgress]) {
        state.withLock { state in
            state.settled += progress
            for change in progress.flatMap(\.changes) {
                switch change {
                case .missed(let delivery): state.deliveries[delivery.sequence] = delivery
                case .delivered(let sequence): state.deliveries[sequence] = nil
                case .bringForward:
                    for sequence in state.deliveries.keys { state.deliveries[sequence]?.nextAt = state.now }
                case .disable: state.webhooks.removeAll { $0.id == progress[0].webhook }
                }
            }
        }
    }

    private func due(_ limit: Int) -> DueDeliveries {
        state.withLock { state in
            let waiting = state.deliveries.values.filter { $0.nextAt != nil }
                .sorted { $0.nextAt ?? state.now < $1.nextAt ?? state.now }
            let due = waiting.filter { $0.nextAt ?? .distantFuture <= state.now }.prefix(limit)
            return DueDeliveries(
                items: due.map { ($0, state.events[Int($0.sequence) - 1]) },
                next: waiting.compactMap(\.nextAt).first { $0 > state.now })
        }
    }

    /// Runs a courier beside `body`, and ends it.
    func run(_ body: () async throws -> Void) async rethrows {
        let courier = Courier(
            CourierPorts(
                webhooks: { self.state.withLock(\.webhooks) },
                events: { after, limit in
                    self.state.withLock { Array($0.events.dropFirst(Int(after)).prefix(limit)) }
                },
                due: { _, _, limit in self.due(limit) }, settle: { progress, _ in self.settle(progress) },
                post: { await self.post($0) }, keyring: keyring, now: { self.state.withLock(\.now) },
                pause: { _ in try await Task.sleep(for: .milliseconds(1)) }, random: .seeded(2),
                report: { what, error in Issue.record("\(what): \(error)") }), bell: bell)
        let task = Task { await courier.run() }
        defer { task.cancel() }
        try await body()
        task.cancel()
        await task.value
    }
}

@Suite struct CourierTests {
    @Test func `each webhook gets each event it wants once, in order page by page`() async throws {
        let stage = try Stage()
        stage.add("all")
        stage.add("some", types: ["key.revoke"])
        stage.happen(300)
        stage.happen(5, "key.revoke")
        await stage.run {
            await stage.wait { posts in posts.count == 310 }
        }
        #expect(stage.posts(to: "all").sorted() == Array(1...305))
        #expect(stage.posts(to: "some").sorted() == Array(301...305))
        let last = stage.settled.reduce(into: [WebhookID: Int64]()) { $0[$1.webhook] = $1.position }
        #expect(last.values.allSatisfy { $0 == 305 }, "the end writes down how far all have come")
        #expect(stage.settled.allSatisfy { $0.changes.isEmpty }, "what was taken costs no row")
    }

    @Test func `what happens later is told when it happens`() async throws {
        let stage = try Stage()
        stage.add("all")
        await stage.run {
            for round in 1...20 {
                stage.happen(1)
                await stage.wait { posts in posts.count == round }
            }
        }
        #expect(stage.posts(to: "all") == Array(1...20))
    }

    @Test func `it goes on where it stopped`() async throws {
        let stage = try Stage()
        stage.add("all", position: 250)
        stage.happen(300)
        await stage.run { await stage.wait { posts in posts.count == 50 } }
        #expect(stage.posts(to: "all").sorted() == Array(251...300))
    }

    @Test func `receivers that never answer keep no other from being told`() async throws {
        let stage = try Stage()
        for dead in 0..<200 {
            stage.add("dead \(dead)")
            stage.answer("dead \(dead)", 0)
        }
        stage.add("alive")
        stage.happen(100)
        await stage.run {
            await stage.wait { posts in posts.filter { $0.webhook == "alive" }.count == 100 }
        }
        #expect(stage.posts(to: "dead 0").count == 1, "one at a time, until it has shown that it takes them")
    }

    @Test func `what was not taken is sent again when it is due`() async throws {
        let stage = try Stage()
        stage.add("hook")
        stage.answer("hook", 500)
        stage.happen(1)
        await stage.run {
            await stage.wait { posts in posts.count == 1 }
            stage.answer("hook", 200)
            stage.pass(.seconds(7))
            await stage.wait { posts in posts.count == 2 }
        }
        #expect(stage.posts(to: "hook") == [1, 1])
        #expect(stage.settled.flatMap(\.changes).last == .delivered(1))
    }

    @Test func `410 ends it`() async throws {
        let stage = try Stage()
        stage.add("hook")
        stage.answer("hook", 410)
        stage.happen(50)
        await stage.run { await stage.wait { posts in posts.count == 1 } }
        #expect(stage.posts(to: "hook") == [1])
        #expect(stage.settled.flatMap(\.changes).contains(.disable(.gone)))
    }

    @Test func `a webhook that comes later is told from then on`() async throws {
        let stage = try Stage()
        stage.happen(10)
        await stage.run {
            stage.add("late", position: 10)
            stage.bell.ring(upTo: 10, webhooksChanged: true)
            stage.happen(3)
            await stage.wait { posts in posts.count == 3 }
        }
        #expect(stage.posts(to: "late").sorted() == [11, 12, 13])
    }

    @Test func `the shelf reads each page once for all, and holds so many and no more`() async throws {
        let reads = Mutex(0)
        let shelf = EventShelf { after, limit in
            reads.withLock { $0 += 1 }
            return (1...Int64(limit)).map { .sample(sequence: after + $0) }
        }
        await withTaskGroup(of: Int.self) { group in
            for _ in 0..<50 { group.addTask { (try? await shelf.messages(after: 10).count) ?? 0 } }
            for await count in group { #expect(count == 118) }
        }
        #expect(reads.withLock(\.self) == 1)
        for page in 0..<100 as Range<Int64> {
            let messages = try await shelf.messages(after: page * 128)
            #expect(messages.map(\.sequence) == Array(page * 128 + 1...page * 128 + 128))
        }
        #expect(try await shelf.messages(after: 0).count == 128)
        #expect(reads.withLock(\.self) == 101, "the first page had been given up")
    }

    @Test func `a page given up while more of it was read has no gap`() async throws {
        let length = Mutex(10 as Int64)
        let shelf = EventShelf { after, limit in
            // While the rest of page 0 is read, others push it off the shelf.
            if after == 10 { for _ in 0..<50 { await Task.yield() } }
            let end = after < 128 ? min(after + Int64(limit), length.withLock(\.self)) : after + Int64(limit)
            return after < end ? (after + 1...end).map { .sample(sequence: $0) } : []
        }
        #expect(try await shelf.messages(after: 0).count == 10)
        length.withLock { $0 = 20 }
        async let rest = shelf.messages(after: 10)
        for page in 1...40 as ClosedRange<Int64> { _ = try await shelf.messages(after: page * 128) }
        _ = try await rest
        #expect(try await shelf.messages(after: 0).map(\.sequence) == Array(1...20))
    }
}
