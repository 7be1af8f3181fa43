// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

@Suite struct UsageTests {
    private let now = FixedTime.start
    private let all = UsageChoice(
        from: Instant(milliseconds: 0), to: Instant(milliseconds: 4_000_000_000_000), step: .minute)

    private func use(
        _ key: KeyID, _ uses: Int64, _ code: VerdictCode = .valid, tag: String? = nil, cost: Int64 = 0,
        at moment: Instant = FixedTime.start
    ) -> KeyUseCount {
        var use = KeyUseCount(key: key)
        use.counts = [UseCount(.init(minute: moment.minute, code: code, tag: tag), uses: uses, cost: cost)]
        if code == .valid { use.last = LastUse(at: moment, visitor: Visitor(address: IPAddress("192.0.2.9"))) }
        return use
    }

    @Test("uses are stored by minute, code and tag, and add up")
    func stored() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        let uses = Uses(store: world.ledger.uses())
        for _ in 0..<2 {
            try await Opening.store(
                [
                    use(id, 3, cost: 5), use(id, 2, .rateLimited), use(id, 1, tag: "eu"),
                    use(id, 1, at: FixedTime.start(plus: 60)),
                ],
                world.engine)
        }
        let row = { (plus: Int64, code: VerdictCode, uses: Int64, cost: Int64) in
            UsageRow(at: FixedTime.start(plus: plus), step: .minute, code: code, uses: uses, cost: cost)
        }
        #expect(
            try await uses.ofKey(by: .setup, id, all, at: now) == [
                row(0, .rateLimited, 4, 0), row(0, .valid, 6, 10), row(60, .valid, 2, 0),
            ])
        var tagged = all
        tagged.tag = "eu"
        #expect(try await uses.ofKey(by: .setup, id, tagged, at: now) == [row(0, .valid, 2, 0)])
        let use = try await world.keys.find(by: .setup, id, at: now).use
        #expect(use.visitor == Visitor(address: IPAddress("192.0.2.9")))
    }

    @Test("a cost stops at what a number of JSON holds exactly")
    func hugeCost() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        for _ in 0..<3 { try await Opening.store([use(id, 1, cost: .max)], world.engine) }
        try await UsageFold(world.engine).run(at: FixedTime.start(plus: 100 * 86_400))
        let rows = try await Uses(store: world.ledger.uses()).ofKey(by: .setup, id, all, at: now)
        #expect(rows.map(\.cost) == [9_007_199_254_740_991])
    }

    @Test(
        "uses of many keys add up by key, app, account, owner, keyspace, code and tag; a bound caller sees its own only"
    )
    func sums() async throws {
        let world = try await World.make()
        let (one, app) = try await world.customer("one")
        let (two, _) = try await world.customer("two")
        let a = try await world.issue(name: "a", for: .app(app)).key.id
        let b = try await world.issue(name: "b", for: .account(one)).key.id
        let c = try await world.issue(name: "c", for: .account(two)).key.id
        try await Opening.store(
            [
                use(a, 5, cost: 7), use(a, 2, .expired), use(b, 4), use(c, 9), use(c, 3, tag: "eu"),
                use(b, 1, tag: "eu"),
            ],
            world.engine)
        let uses = Uses(store: world.ledger.uses())
        func sums(_ grouping: UsageGrouping, by caller: Caller = .setup, _ scope: UsageScope = UsageScope())
            async throws
            -> [String]
        {
            try await uses.sums(
                by: caller, grouping, in: scope, all, isSeries: false, skipping: 0, limit: 10, at: now
            ).map { "\($0.name ?? $0.of) \($0.accepted) \($0.refused) \($0.cost)" }
        }
        #expect(try await sums(.key) == ["c 9 0 0", "a 5 2 7", "b 4 0 0"])
        #expect(try await sums(.account) == ["one 9 2 7", "two 9 0 0"])
        #expect(try await sums(.app) == ["one app 5 2 7"])
        #expect(try await sums(.owner) == ["two 9 0 0", "one app 5 2 7", "one 4 0 0"])
        #expect(try await sums(.keyspace) == ["acme 18 2 7"])
        #expect(try await sums(.code) == ["valid 18 0 7", "expired 0 2 0"])
        #expect(try await sums(.tag) == ["eu 4 0 0"])
        let bound = world.caller("usage:read", boundTo: [one])
        #expect(try await sums(.account, by: bound) == ["one 9 2 7"])
        #expect(try await sums(.account, by: bound, UsageScope(account: two)) == [])
        #expect(try await sums(.tag, by: bound) == ["eu 1 0 0"])
        #expect(try await sums(.key, UsageScope(account: two)) == ["c 9 0 0"])
        let refused = try await uses.refusals(by: .setup, in: UsageScope(), all, skipping: 0, limit: 10, at: now)
        #expect(refused.map(\.key) == [a] && refused.map(\.count) == [2] && refused.map(\.code) == [.expired])
        await #expect(throws: Refusal.missingScope(Permission.usageRead)) {
            _ = try await uses.refusals(
                by: world.caller("keys:read"), in: UsageScope(), all, skipping: 0, limit: 10, at: now)
        }
        await #expect(throws: Refusal.notFound("key")) { _ = try await uses.ofKey(by: bound, c, all, at: now) }
    }

    @Test(
        "folding never changes a sum and leaves each count in one row, whatever the order and the clock",
        arguments: 1...6)
    func folding(seed: UInt64) async throws {
        let world = try await World.make(seed: seed)
        let (_, app) = try await world.customer("one")
        var random = Seeded(seed)
        var keys: [KeyID] = []
        for _ in 0..<4 { keys.append(try await world.issue(for: .app(app)).key.id) }
        let fold = UsageFold(world.engine)
        let uses = Uses(store: world.ledger.uses())
        var model: [String: [Int64]] = [:]
        var clock: Int64 = 0
        for _ in 0..<60 {
            clock += Int64(random.below(5 * 86_400)) - 86_400
            for _ in 0..<random.below(8) {
                let count = Int64(random.below(100) + 1)
                let cost = Int64(random.below(100))
                let code = random.pick([VerdictCode.valid, .expired])
                let tag = random.pick([nil, nil, "eu"])
                let moment = FixedTime.start(plus: clock - Int64(random.below(20_000)))
                let key = random.pick(keys)
                try await Opening.store([use(key, count, code, tag: tag, cost: cost, at: moment)], world.engine)
                let name = "\(key) \(code.text) \(tag ?? "")"
                model[name] = [(model[name] ?? [0, 0])[0] + count, (model[name] ?? [0, 0])[1] + cost]
            }
            if random.below(3) == 0 {
                try await fold.run(at: FixedTime.start(plus: clock + Int64(random.below(86_400))))
            }
            guard random.below(10) == 0 else { continue }
            #expect(try await Self.sums(keys, uses, all) == model)
        }
        try await fold.run(at: FixedTime.start(plus: clock))
        #expect(try await Self.sums(keys, uses, all) == model)
        try await expectOld(world, at: FixedTime.start(plus: clock))
    }

    private static func sums(_ keys: [KeyID], _ uses: Uses, _ choice: UsageChoice) async throws -> [String: [Int64]] {
        var sums: [String: [Int64]] = [:]
        for key in keys {
            for tag in [nil, "eu"] {
                var tagged = choice
                tagged.tag = tag
                for row in try await uses.ofKey(by: .setup, key, tagged, at: FixedTime.start) {
                    let name = "\(key) \(row.code.text) \(tag ?? "")"
                    sums[name] = [(sums[name] ?? [0, 0])[0] + row.uses, (sums[name] ?? [0, 0])[1] + row.cost]
                }
            }
        }
        return sums
    }

    /// What is older than is kept stands in the longer step only.
    private func expectOld(_ world: World, at now: Instant) async throws {
        let oldest = try await world.engine.read { statements in
            var oldest: [Int64: Int64] = [:]
            try statements.forEach("SELECT step, MIN(at) FROM usage GROUP BY step", []) {
                oldest[$0.integer(0) ?? 0] = $0.integer(1)
            }
            return oldest
        }
        let retention = UsageRetention()
        if let minute = oldest[60] { #expect(minute >= now.milliseconds - retention.minutes.milliseconds - 3_600_000) }
        if let hour = oldest[3600] { #expect(hour >= now.milliseconds - retention.hours.milliseconds - 86_400_000) }
    }

    @Test(
        "counts are answered in the step asked for, or in the longer one they are kept in, and days end after two years"
    )
    func steps() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        let uses = Uses(store: world.ledger.uses())
        for minute: Int64 in [0, 1, 59, 60, 61] {
            try await Opening.store([use(id, 1, at: FixedTime.start(plus: minute * 60))], world.engine)
        }
        var hours = all
        hours.step = .hour
        let expected = [
            UsageRow(at: now, step: .hour, code: .valid, uses: 3, cost: 0),
            UsageRow(at: FixedTime.start(plus: 3600), step: .hour, code: .valid, uses: 2, cost: 0),
        ]
        #expect(try await uses.ofKey(by: .setup, id, hours, at: now) == expected)
        try await UsageFold(world.engine).run(at: FixedTime.start(plus: 5 * 3600))
        #expect(try await uses.ofKey(by: .setup, id, hours, at: now) == expected)
        #expect(
            try await uses.ofKey(by: .setup, id, all, at: now) == expected,
            "minutes that are gone are answered as hours")
        try await UsageFold(world.engine).run(at: FixedTime.start(plus: 20 * 86_400))
        #expect(try await uses.ofKey(by: .setup, id, all, at: now).map(\.step) == [.day])
        try await UsageFold(world.engine).run(at: FixedTime.start(plus: 729 * 86_400))
        #expect(try await uses.ofKey(by: .setup, id, all, at: now).map(\.uses) == [5])
        try await UsageFold(world.engine).run(at: FixedTime.start(plus: 731 * 86_400))
        #expect(try await uses.ofKey(by: .setup, id, all, at: now).isEmpty)
    }

    @Test("only steps that reach into the time asked for are answered")
    func time() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let id = try await world.issue(for: .app(app)).key.id
        let uses = Uses(store: world.ledger.uses())
        for minute in Int64(0)..<5 {
            try await Opening.store([use(id, 1, at: FixedTime.start(plus: minute * 60))], world.engine)
        }
        func count(_ from: Int64, _ to: Int64) async throws -> Int {
            try await uses.ofKey(
                by: .setup, id,
                UsageChoice(from: FixedTime.start(plus: from), to: FixedTime.start(plus: to), step: .minute), at: now
            ).count
        }
        #expect(try await count(0, 300) == 5)
        #expect(try await count(60, 120) == 1)
        #expect(try await count(90, 121) == 2)
        #expect(try await count(300, 400) == 0)
    }

    @Test("stragglers are remembered for the rotation they belong to, and for no secret that retires no more")
    func stragglers() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        let old = sample.key.secrets[0].digest
        let uses = Uses(store: world.ledger.uses())
        func store(_ address: String?, _ agent: String?, _ count: Int64, _ plus: Int64) async throws {
            var use = KeyUseCount(key: sample.key.id)
            let moment = FixedTime.start(plus: plus)
            use.stragglers = [
                StragglerCount(
                    secret: old, visitor: Visitor(address: address.flatMap { IPAddress($0) }, userAgent: agent),
                    uses: count,
                    firstAt: moment, lastAt: moment)
            ]
            try await Opening.store([use], world.engine)
        }
        try await store("192.0.2.1", "curl", 1, 0)
        #expect(
            try await uses.stragglers(by: .setup, of: sample.key.id, skipping: 0, limit: 9, at: now).retiring == nil)
        try await retire(sample.key, world)
        try await store("192.0.2.1", "curl", 2, 20)
        try await store("192.0.2.1", "curl", 3, 10)
        try await store(nil, nil, 1, 5)
        let found = try await uses.stragglers(by: .setup, of: sample.key.id, skipping: 0, limit: 9, at: now)
        #expect(found.retiring?.since == now)
        #expect(
            found.stragglers == [
                Straggler(
                    visitor: Visitor(address: IPAddress("192.0.2.1"), userAgent: "curl"), uses: 5,
                    firstAt: FixedTime.start(plus: 10), lastAt: FixedTime.start(plus: 20)),
                Straggler(
                    visitor: Visitor(), uses: 1, firstAt: FixedTime.start(plus: 5), lastAt: FixedTime.start(plus: 5)),
            ])
        for number in 0..<1010 { try await store("10.0.\(number >> 8).\(number & 255)", "bot", 1, 30) }
        let many = try await uses.stragglers(by: .setup, of: sample.key.id, skipping: 0, limit: 2000, at: now)
            .stragglers
        #expect(many.count == 1001)
        #expect(many.reduce(0) { $0 + $1.uses } == 1016)
        #expect(many.first { $0.visitor.userAgent == Straggler.others }?.uses == 12)
        let later = FixedTime.start(plus: 1000)
        #expect(
            try await uses.stragglers(by: .setup, of: sample.key.id, skipping: 0, limit: 9, at: later).retiring == nil)
    }

    /// Makes the key's only secret a retiring one, for a thousand seconds.
    private func retire(_ key: Key, _ world: World) async throws {
        try await world.ledger.keys().change(by: .setup, needing: Permission.keysWrite, "key.rotate", at: now) {
            records, _ in
            var key = key
            key.secrets[0].role = .retiring
            key.secrets[0].retiringSince = FixedTime.start
            key.secrets[0].graceExpiresAt = FixedTime.start(plus: 1000)
            try records.update(key)
        }
    }
}
