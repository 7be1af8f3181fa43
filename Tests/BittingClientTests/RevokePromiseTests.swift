// SPDX-License-Identifier: Apache-2.0
import Access
import BittingClient
import DataPlane
import IssuedKeys
import TestKit
import Testing

/// The promise, with everything real but the machine between: engine, ledger, data plane, sockets, clients.
@Suite("A caching client and a revocation")
struct RevokePromiseTests {
    private func withPlane(_ body: (World, Plane, SampleKey, OwnerID) async throws -> Void) async throws {
        let world = try await World.make()
        let customer = try await world.customer("Shop")
        // Bound to the account that owns it, and so to what it may be told.
        let manager = try await world.issue("keys:verify", in: Keyspace.builtInName, for: .account(customer.account))
        try await Plane.with(over: world.index) { plane in try await body(world, plane, manager, .app(customer.app)) }
    }

    /// A client that is told of changes from now on.
    private func follower(_ plane: Plane, _ key: SampleKey) async throws -> BittingClient {
        let client = try BittingClient(dataSocket: plane.socket, key: key.string, cache: .init())
        let patience = ContinuousClock.now + .seconds(30)
        while !client.following.isLeased {
            try #require(ContinuousClock.now < patience)
            await Task.yield()
        }
        return client
    }

    @Test("once a change has returned, no client goes by what was before it")
    func promise() async throws {
        try await withPlane { world, plane, manager, owner in
            let clients = [try await follower(plane, manager), try await follower(plane, manager)]
            try await withThrowingTaskGroup { group in
                for number in 0..<8 {
                    group.addTask {
                        for round in 0..<6 {
                            let key = try await world.issue(name: "k\(number).\(round)", for: owner)
                            try await Self.live(key, clients)
                            try await Self.end(key, of: owner, in: world, round)
                            for client in clients {
                                let answer = try await client.verify(key.string)
                                #expect(!answer.valid, "round \(round)")
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
            #expect(clients.allSatisfy { $0.following.hits > 100 }, "they did keep verdicts")
        }
    }

    /// One of the ways to end a key.
    private static func end(_ key: SampleKey, of owner: OwnerID, in world: World, _ round: Int) async throws {
        switch round % 3 {
        case 0: _ = try await world.keys.revoke(by: .setup, key.key.id, reason: .other, note: nil, at: FixedTime.start)
        case 1: _ = try await world.keys.disable(by: .setup, key.key.id, at: FixedTime.start)
        default:
            _ = try await world.keys.rotate(
                by: .setup, key.key.id, RotationTerms(grace: .seconds(0)), ifRevision: nil, at: FixedTime.start)
        }
    }

    /// Uses a key until each client has kept its verdict.
    private static func live(_ key: SampleKey, _ clients: [BittingClient]) async throws {
        for client in clients {
            for _ in 0..<20 { #expect(try await client.verify(key.string).code == "valid") }
        }
    }

    @Test("uses of kept verdicts reach the counts of the key")
    func uses() async throws {
        try await withPlane { world, plane, manager, owner in
            let client = try await follower(plane, manager)
            let key = try await world.issue(for: owner)
            for _ in 0..<50 { #expect(try await client.verify(key.string, userAgent: "agent/1").code == "valid") }
            #expect(client.following.hits > 0)
            let patience = ContinuousClock.now + .seconds(30)
            while world.index.pendingUse(of: key.key).count < 50 {
                try #require(ContinuousClock.now < patience)
                await Task.yield()
            }
            let use = world.index.pendingUse(of: key.key)
            #expect(use.count == 50 && use.visitor.userAgent == "agent/1")
        }
    }
}
