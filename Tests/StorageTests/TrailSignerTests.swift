// SPDX-License-Identifier: Apache-2.0
import Access
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

/// Checkpoints over the trail of a real database.
@Suite struct TrailSignerTests {
    private static let signer = NoteSigner(
        installation: SigningKey(seed: Secret(copying: [UInt8](repeating: 3, count: 32).span)))
    private static let now = FixedTime.start

    private static func signer(of world: World) -> TrailSigner {
        TrailSigner(engine: world.engine, signer: signer, longestSilence: .seconds(3600))
    }

    private static func run(_ world: World, _ sql: String) async throws {
        _ = try await world.engine.write {
            try $0.run(sql, [])
        } committed: { _ in
        }
    }

    /// The root over the first events, made anew from the trail.
    private static func root(_ events: some Sequence<Event>) -> Digest {
        var tree = MerkleFrontier.empty
        for event in events { tree.append(event.hash) }
        return tree.root
    }

    @Test("a checkpoint counts the events and has the root over their hashes, at every step")
    func grows() async throws {
        let world = try await World.make()
        let signer = Self.signer(of: world)
        for number in 1...5 {
            _ = try await world.customer("customer \(number)")
            let kept = try #require(try await signer.signIfDue(at: Self.now))
            let events = try await world.trail()
            #expect(kept.number == Int64(number))
            #expect(kept.checkpoint.size == Int64(events.count))
            #expect(kept.checkpoint.root == Self.root(events))
            let note = try SignedNote(parsing: Array(kept.note.utf8))
            #expect(note.isSigned(by: Self.signer.verifier))
            #expect(try Checkpoint(parsing: note.text) == kept.checkpoint)
        }
    }

    @Test("a signer that starts anew goes on from the frontier that was kept")
    func resumes() async throws {
        let world = try await World.make()
        _ = try await Self.signer(of: world).sign(at: Self.now)
        _ = try await world.customer("one")
        let kept = try #require(try await Self.signer(of: world).signIfDue(at: Self.now))
        #expect(kept.checkpoint.root == Self.root(try await world.trail()))
        let frontiers = try await world.texts("SELECT length(frontier) || '' FROM checkpoints ORDER BY number")
        #expect(frontiers.first == "0")
        #expect(frontiers.last == "\(32 * kept.checkpoint.size.nonzeroBitCount)")
    }

    @Test("without new events it signs once an hour, and the same root")
    func empty() async throws {
        let world = try await World.make()
        let signer = Self.signer(of: world)
        let first = try #require(try await signer.signIfDue(at: Self.now))
        #expect(try await signer.signIfDue(at: Self.now + .seconds(3599)) == nil)
        let second = try #require(try await signer.signIfDue(at: Self.now + .seconds(3600)))
        #expect(second.number == 2)
        #expect(second.checkpoint.size == first.checkpoint.size)
        #expect(second.checkpoint.root == first.checkpoint.root)
        #expect(second.checkpoint.at == Self.now + .seconds(3600))
        // Another run knows when the last one signed.
        #expect(try await Self.signer(of: world).signIfDue(at: Self.now + .seconds(3601)) == nil)
    }

    @Test("a clock that was set back does not stop the checkpoints")
    func clockSetBack() async throws {
        let world = try await World.make()
        let signer = Self.signer(of: world)
        _ = try await signer.sign(at: Self.now)
        #expect(try await signer.signIfDue(at: Self.now + .seconds(-7200))?.number == 2)
    }

    @Test("a trail that was cut is not signed, neither by the server that saw it nor by the next one")
    func cut() async throws {
        let world = try await World.make()
        _ = try await world.customer("one")
        let signer = Self.signer(of: world)
        let size = try await signer.sign(at: Self.now).checkpoint.size
        try await Self.run(world, "DELETE FROM events WHERE sequence > 2")
        try await Self.run(
            world,
            "UPDATE heads SET sequence = 2, hash = (SELECT hash FROM events WHERE sequence = 2) WHERE name = 'events'")
        let fault = TrailFault.shorter(signed: size, found: 2)
        await #expect(throws: fault) { _ = try await signer.sign(at: Self.now) }
        await #expect(throws: fault) { _ = try await Self.signer(of: world).signIfDue(at: Self.now) }
        // Nor when it has grown again.
        for number in 0..<4 { _ = try await world.customer("later \(number)") }
        await #expect(throws: TrailFault.rewritten(sequence: size)) { _ = try await signer.sign(at: Self.now) }
    }

    @Test("a trail with a hole behind what was signed is not signed")
    func hole() async throws {
        let world = try await World.make()
        let signer = Self.signer(of: world)
        let size = try await signer.sign(at: Self.now).checkpoint.size
        _ = try await world.customer("one")
        try await Self.run(world, "DELETE FROM events WHERE sequence = \(size + 1)")
        await #expect(throws: TrailFault.broken(sequence: size + 2)) { _ = try await signer.sign(at: Self.now) }
    }

    @Test(
        "a kept frontier that does not give the signed root is not believed: the tree is made anew",
        arguments: [
            "UPDATE checkpoints SET frontier = zeroblob(length(frontier))",
            "UPDATE checkpoints SET frontier = zeroblob(7)",
            "UPDATE checkpoints SET note = 'nothing'", "DELETE FROM checkpoints",
        ])
    func alteredFrontier(_ sql: String) async throws {
        let world = try await World.make()
        _ = try await Self.signer(of: world).sign(at: Self.now)
        try await Self.run(world, sql)
        let kept = try await Self.signer(of: world).sign(at: Self.now)
        #expect(kept.checkpoint.root == Self.root(try await world.trail()))
    }

    @Test("the signer is made once, sealed, and opens only under its keyring and beside its own public key")
    func signingKey() async throws {
        let world = try await World.make()
        var random = Seeded(5)
        let master = MasterKey.generate(using: &random).key
        let keyring = try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
        let made = try await SigningKeyRows.signer(world.engine, keyring, at: Self.now, using: .seeded(1))
        let again = try await SigningKeyRows.signer(world.engine, keyring, at: Self.now, using: .seeded(2))
        #expect(made.verifier == again.verifier)
        #expect(try await SigningKeyRows.verifier(world.engine) == made.verifier)
        let other = try Keyring(opening: [Keyring.newTerm(1, under: master, using: &random)], with: master)
        await #expect(throws: SealFailure.refused) {
            _ = try await SigningKeyRows.signer(world.engine, other, at: Self.now, using: .seeded(3))
        }
        try await Self.run(world, "UPDATE signing_keys SET public_key = zeroblob(32)")
        await #expect(throws: SealFailure.refused) {
            _ = try await SigningKeyRows.signer(world.engine, keyring, at: Self.now, using: .seeded(4))
        }
    }

    @Test("checkpoints are for callers with events:read who are bound to no account")
    func callers() async throws {
        let world = try await World.make()
        let (account, _) = try await world.customer("one")
        let signer = Self.signer(of: world)
        for second in 0..<3 { _ = try await signer.sign(at: FixedTime.start(plus: Int64(second))) }
        let caller = world.caller("events:read")
        let all = try await world.ledger.checkpoints(by: caller, after: 0, limit: 10, at: Self.now)
        #expect(all.map(\.number) == [1, 2, 3])
        let some = try await world.ledger.checkpoints(by: caller, after: 1, limit: 1, at: Self.now)
        #expect(some == [all[1]])
        await #expect(throws: Refusal.notFound("audit key")) {
            _ = try await world.ledger.verifierKey(by: caller, at: Self.now)
        }
        let bound = world.caller("*:*", boundTo: [account])
        await #expect(throws: Refusal.notFound("audit trail of all accounts")) {
            _ = try await world.ledger.checkpoints(by: bound, after: 0, limit: 10, at: Self.now)
        }
        let other = world.caller("keys:read")
        await #expect(throws: Refusal.missingScope(Permission.eventsRead)) {
            _ = try await world.ledger.verifierKey(by: other, at: Self.now)
        }
    }
}
