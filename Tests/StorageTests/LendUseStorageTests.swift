// SPDX-License-Identifier: Apache-2.0
import Access
import SQLiteEngine
import Storage
import TestKit
import Testing

@testable import HeldKeys

/// Counts of lent calls in the tables.
@Suite struct LendUseStorageTests {
    private static let day: Int64 = 86_400
    private let integration = IntegrationID(high: 1, low: 4)

    private func count(
        _ calls: Int, version: UInt64 = 1, status: Int? = 200, from address: String? = "192.0.2.1",
        rules: [LendRule] = [], second: Int64 = 0
    ) -> LendUseCount {
        var count = LendUseCount(
            .init(integration: integration, version: VersionID(high: 2, low: version), key: KeyID(high: 3, low: 1)))
        let now = FixedTime.start(plus: second)
        var sum = LendSum()
        for _ in 0..<calls { sum.add(status: status, at: now) }
        count.sum = sum
        count.addresses = [address.flatMap { IPAddress($0) }: sum]
        count.hours = [.init(holding: now, LendOutcome(status: status)): Int64(calls)]
        for rule in rules { count.rules[rule] = sum }
        return count
    }

    private func read<Result: Sendable>(
        _ world: World, _ body: @escaping @Sendable (any HeldHygieneRecords) throws -> Result
    ) async throws -> Result {
        try await world.ledger.heldHygiene().read(
            by: .setup, needing: Permission.usageRead, "test", at: FixedTime.start, body)
    }

    @Test("what is stored adds up, and the latest call tells version and status")
    func stored() async throws {
        let world = try await World.make()
        try await Opening.store(lent: [count(2, second: 10)], world.engine)
        try await Opening.store(lent: [count(1, status: nil, second: 20)], world.engine)
        try await Opening.store(lent: [count(3, version: 2, status: 401, second: 5)], world.engine)
        let integration = integration
        let parts = try await read(world) { try $0.parts(of: integration) }
        #expect(parts.map(\.sum.calls) == [3, 3])
        #expect(parts.first?.version == VersionID(high: 2, low: 1) && parts.first?.sum.lastStatus == nil)
        #expect(parts.last?.sum.unauthorized == 3 && parts.last?.sum.lastStatus == 401)
        let places = try await read(world) { try $0.places(of: integration, limit: 5) }
        #expect(places.map(\.sum.calls) == [6])
        #expect(places.first?.version == VersionID(high: 2, low: 1), "an older count comes after a newer one")
        #expect(places.first?.sum.firstAt == FixedTime.start(plus: 5))
        let last = try await read(world) { try $0.lastUses(of: [integration]) }
        #expect(last == [integration: FixedTime.start(plus: 20)])
    }

    @Test("an integration's addresses are bounded in the table, and the calls of the others are counted together")
    func bounded() async throws {
        let world = try await World.make()
        for part in 0..<3 {
            let counts = (0..<100).map { count(1, from: "198.51.\(part).\($0)") }
            try await Opening.store(lent: counts, world.engine)
        }
        let integration = integration
        let places = try await read(world) { try $0.places(of: integration, limit: 1000) }
        #expect(places.count == 201)
        #expect(places.first { $0.address == nil }?.sum.calls == 100)
        #expect(places.reduce(0) { $0 + $1.sum.calls } == 300)
    }

    @Test("hours that are old become days, and no count is lost or there twice, however often it is run")
    func fold() async throws {
        let world = try await World.make()
        for day in 0..<20 {
            for hour in [1, 13] {
                try await Opening.store(
                    lent: [count(2, second: Int64(day) * Self.day + Int64(hour) * 3600)], world.engine)
            }
        }
        let now = FixedTime.start(plus: 20 * Self.day)
        let integration = integration
        let steps = { @Sendable (step: LendStep) in
            try await self.read(world) {
                try $0.steps(of: integration, step, from: Instant(milliseconds: 0), to: now)
            }
        }
        for _ in 0..<2 {
            try await LendUseFold(world.engine).run(at: now)
            let hours = try await steps(.hour)
            #expect(hours.contains { $0.step == .day } && hours.contains { $0.step == .hour })
            #expect(hours.reduce(0) { $0 + $1.calls } == 80)
            #expect(try await steps(.day).reduce(0) { $0 + $1.calls } == 80)
        }
        try await LendUseFold(world.engine).run(at: FixedTime.start(plus: 800 * Self.day))
        #expect(try await steps(.hour).isEmpty)
    }
}
