// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import SQLiteEngine
import Storage
import TestKit
import Testing

/// What is done by time, over a database and a clock that the test puts where it likes.
@Suite struct ScheduleTests {
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400
    private let now = FixedTime.start

    private func keyspace(_ world: World, rotateEvery: Int64? = nil, unused: Int64? = nil) async throws -> Keyspace {
        try await world.keyspaces.create(
            by: .setup,
            .init(
                name: "policy", prefix: "policy", rotateEvery: rotateEvery.map { .seconds($0) },
                revokeWhenUnusedFor: unused.map { .seconds($0) }), at: now)
    }

    @Test("every notice is an event, once, whatever the clock does and however often the program starts")
    func onceEach() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        _ = try await keyspace(world, rotateEvery: 20 * Self.day)
        let id = try await world.issue(in: "policy", for: .app(app)) {
            $0.expiresAt = FixedTime.start(plus: 40 * Self.day)
        }
        .key.id
        let walk: [Int64] = [0, 5, 6, 8, 6, 17, 18, 10, 20, 33, 34, 32, 39, 40, 38, 41, 400, 41]
        for (turn, days) in walk.enumerated() {
            let world = turn % 3 == 2 ? try await world.reopened() : world
            try await world.pass(at: FixedTime.start(plus: days * Self.day))
        }
        #expect(
            try await world.told(id) == [
                "key.rotation_due 14d", "key.rotation_due 3d", "key.rotation_due 0s", "key.expires_soon 7d",
                "key.expires_soon 1d", "key.expired 0s",
            ])
        #expect(try await world.trail().filter { $0.caller == "schedule" }.count == 6)
    }

    @Test("a retiring secret's end is told ahead with the number of stragglers, and when it has come")
    func grace() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = try await world.issue(for: .app(app))
        let new = try await world.rotate(old.key.id, grace: Self.day)
        try await world.straggle(old.key.id, "192.0.2.1", at: FixedTime.start(plus: 10))
        try await world.straggle(old.key.id, "192.0.2.2", at: FixedTime.start(plus: 20))
        for seconds in stride(from: 0, through: Self.day + 60, by: 1800) {
            try await world.pass(at: FixedTime.start(plus: seconds))
        }
        let events = try await world.trail().filter { $0.caller == "schedule" }
        #expect(events.map(\.action) == ["key.grace_ends_soon", "key.grace_ends_soon", "key.retired"])
        #expect(
            events.allSatisfy { $0.details.contains(.init("stragglers", "2")) && $0.subject == old.key.id.description })
        #expect(events.last?.details.contains(.init("reason", "grace_ended")) == true)
        #expect(world.verdicts(old.text, new.text, at: now) == [.expired, .valid], "a clock put back revives nothing")
        #expect(try await world.reopened().verdict(old.text) == .expired)
    }

    @Test("a secret that finishes when idle is retired once its stragglers are quiet, not before")
    func idle() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = try await world.issue(for: .app(app))
        _ = try await world.rotate(old.key.id, grace: 30 * Self.day, idle: 2 * Self.hour)
        for hours: Int64 in [1, 2, 3, 4] {
            let moment = FixedTime.start(plus: hours * Self.hour)
            try await world.pass(at: moment) {
                try? await world.straggle(old.key.id, "192.0.2.1", at: moment)
            }
            #expect(world.verdict(old.text, at: moment) == .valid, "used an hour ago at most")
        }
        try await world.pass(at: FixedTime.start(plus: 6 * Self.hour - 1))
        #expect(world.verdict(old.text, at: FixedTime.start(plus: 6 * Self.hour - 1)) == .valid)
        try await world.pass(at: FixedTime.start(plus: 6 * Self.hour))
        #expect(world.verdict(old.text, at: FixedTime.start(plus: 6 * Self.hour)) == .expired)
        let last = try await world.trail().last
        #expect(last?.action == "key.retired" && last?.details.contains(.init("reason", "idle")) == true)
    }

    @Test("the last uses are stored before anything is decided")
    func flushFirst() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        _ = try await keyspace(world, unused: 2 * Self.day)
        let sample = try await world.issue(in: "policy", for: .app(app))
        let moment = FixedTime.start(plus: 2 * Self.day)
        try await world.pass(at: moment) {
            try? await Opening.store(
                [KeyUseCount(key: sample.key.id, count: 1, lastAt: FixedTime.start(plus: Self.day))], world.engine)
        }
        #expect(world.verdict(sample.text, at: moment) == .valid)
        try await world.pass(at: FixedTime.start(plus: 3 * Self.day))
        #expect(world.verdict(sample.text, at: moment) == .revoked)
        let key = try await world.keys.find(by: .setup, sample.key.id, at: now).key
        let expected = Revocation(at: FixedTime.start(plus: 3 * Self.day), reason: .unused, note: nil)
        #expect(key.state == .revoked(expected))
    }

    @Test("a policy that comes later reaches the keys that are there, and one that goes lets them be")
    func laterPolicy() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let keyspace = try await keyspace(world)
        var ids: [KeyID] = []
        for _ in 0..<1100 { ids.append(try await world.issue(in: "policy", for: .app(app)).key.id) }
        try await world.pass(at: FixedTime.start(plus: 100 * Self.day))
        #expect(try await world.trail().allSatisfy { $0.caller != "schedule" })
        var patch = KeyspacePatch()
        patch.rotateEvery = .set(.seconds(90 * Self.day))
        _ = try await world.keyspaces.change(by: .setup, keyspace.id, patch, ifRevision: nil, at: now)
        try await world.pass(at: FixedTime.start(plus: 80 * Self.day))
        let told = try await world.trail().filter { $0.caller == "schedule" }
        #expect(told.count == 1100 && Set(told.map(\.subject)) == Set(ids.map(\.description)))
        patch.rotateEvery = .clear
        _ = try await world.keyspaces.change(by: .setup, keyspace.id, patch, ifRevision: nil, at: now)
        try await world.pass(at: FixedTime.start(plus: 95 * Self.day))
        #expect(try await world.trail().filter { $0.caller == "schedule" }.count == 1100)
        #expect(try await world.texts("SELECT id FROM keys WHERE due_at IS NOT NULL") == [])
    }

    @Test("keys of which nothing is due cost nothing: a pass looks at those that are, by index")
    func byIndex() async throws {
        let world = try await World.make()
        let plan = try await world.engine.read { statements in
            var plan: [String] = []
            let query = "EXPLAIN QUERY PLAN SELECT id FROM keys WHERE due_at <= $1 ORDER BY due_at LIMIT 200"
            try statements.forEach(query, [.integer(5)]) { plan.append($0.text(3) ?? "") }
            return plan
        }
        #expect(plan.count == 1 && plan[0].contains("keys_by_due"), "\(plan)")
    }

    @Test("a disabled key whose owner was locked is not revoked for want of use when both come back")
    func cameBack() async throws {
        let world = try await World.make()
        let (account, app) = try await world.customer("one")
        _ = try await keyspace(world, unused: 2 * Self.day)
        let sample = try await world.issue(in: "policy", for: .app(app))
        _ = try await world.owners.lock(by: .setup, .account(account), note: nil, at: FixedTime.start(plus: Self.day))
        try await world.pass(at: FixedTime.start(plus: 30 * Self.day))
        _ = try await world.owners.unlock(
            by: .setup, .account(account), note: nil, at: FixedTime.start(plus: 30 * Self.day))
        try await world.pass(at: FixedTime.start(plus: 31 * Self.day))
        #expect(world.verdict(sample.text) == .valid)
        try await world.pass(at: FixedTime.start(plus: 32 * Self.day))
        #expect(world.verdict(sample.text) == .revoked)
    }
}

extension World {
    /// One pass of the schedule, as if the program had watched since the start.
    func pass(at now: Instant, flush: () async -> Void = {}) async throws {
        let schedule = Schedule(
            store: ledger.schedule(), postpone: { [ledger] in try await ledger.postpone($0) },
            reviewPolicies: { [ledger] in try await ledger.reviewPolicies() })
        try await schedule.run(at: now, watchingSince: FixedTime.start, flush: flush)
    }

    /// What was told of a key: the events with how long ahead they came.
    func told(_ id: KeyID) async throws -> [String] {
        try await trail().filter { $0.subject == id.description }.compactMap { event in
            event.details.first { $0.name == "ahead" }.map { "\(event.action) \($0.value)" }
        }
    }

    /// Writes down a use of a retiring secret.
    func straggle(_ id: KeyID, _ address: String, at moment: Instant) async throws {
        let since = try await keys.find(by: .setup, id, at: moment).key.retirement(at: moment)?.since
        _ = try await engine.write { statements in
            try statements.run(
                """
                INSERT INTO stragglers (key, since, address, user_agent, uses, first_at, last_at)
                VALUES ($1, $2, $3, 'test', 1, $4, $4) ON CONFLICT (key, since, address, user_agent) DO UPDATE SET
                uses = stragglers.uses + 1, last_at = EXCLUDED.last_at
                """,
                [
                    .text(id.description), since.map { .integer($0.milliseconds) } ?? .null, .text(address),
                    .integer(moment.milliseconds),
                ])
        } committed: { _ in
        }
    }
}
