// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import IssuedKeys
import SQLiteEngine
import Secrets
import Storage
import TestKit
import Testing

@Suite struct KeptAnswerTests {
    private static func ticket(_ name: String, _ request: String = "request") -> ReplayTicket {
        ReplayTicket(name: Digest(of: Array(name.utf8).span), request: Digest(of: Array(request.utf8).span))
    }

    /// Opens an account and keeps `answer`.
    private func open(
        _ world: World, _ ticket: ReplayTicket, keeping answer: String = "the answer",
        at now: Instant = FixedTime.start
    ) async throws -> Owner {
        var caller = world.caller("*:*")
        caller.ticket = ticket
        return try await world.owners.openAccount(by: caller, OwnerDraft(name: "one"), at: now) { _ in
            Array(answer.utf8)
        }
    }

    /// What a call is answered with instead of being carried out; nil when it was carried out.
    private func replayed(
        _ world: World, _ ticket: ReplayTicket, at now: Instant = FixedTime.start
    ) async throws -> String? {
        do {
            _ = try await open(world, ticket, keeping: "another answer", at: now)
            return nil
        } catch let replayed as ReplayedAnswer {
            return String(decoding: replayed.bytes, as: UTF8.self)
        }
    }

    @Test("the same call gets the kept answer, also from the files alone, and changes nothing")
    func replay() async throws {
        let world = try await World.make()
        _ = try await open(world, Self.ticket("a"))
        let (events, accounts) = (try await world.trail(), try await world.texts("SELECT id FROM owners"))
        #expect(try await replayed(world, Self.ticket("a")) == "the answer")
        #expect(try await replayed(try await world.reopened(), Self.ticket("a")) == "the answer")
        #expect(try await world.trail() == events)
        #expect(try await world.texts("SELECT id FROM owners") == accounts)
    }

    @Test("another request under the same name is refused, and that is no event")
    func reused() async throws {
        let world = try await World.make()
        _ = try await open(world, Self.ticket("a"))
        let events = try await world.trail()
        await #expect(throws: Refusal.idempotencyKeyReused) { try await open(world, Self.ticket("a", "other")) }
        #expect(try await world.trail() == events)
    }

    @Test("a change that is refused or fails keeps no answer")
    func refused() async throws {
        let world = try await World.make()
        var caller = world.caller("keys:read")
        caller.ticket = Self.ticket("a")
        await #expect(throws: Refusal.missingScope(Permission.accountsWrite)) {
            _ = try await world.owners.openAccount(by: caller, OwnerDraft(name: "x"), at: FixedTime.start) { _ in [1] }
        }
        #expect(try await replayed(world, Self.ticket("a")) == nil)
    }

    @Test("an answer whose time is over is written over, and removed with the next sweep")
    func expiry() async throws {
        let world = try await World.make()
        _ = try await open(world, Self.ticket("a"))
        let later = FixedTime.start + ReplayTicket.lifetime
        #expect(try await replayed(world, Self.ticket("a"), at: later) == nil)
        #expect(try await replayed(world, Self.ticket("a"), at: later) == "another answer")
        _ = try await open(world, Self.ticket("b"))
        #expect(try await KeptAnswers.removeExpired(world.engine, at: later) == 1)
        #expect(try await KeptAnswers.removeExpired(world.engine, at: later + ReplayTicket.lifetime) == 1)
    }

    @Test("an answer that was altered, or moved to another caller, name or time, does not open")
    func moved() async throws {
        let changes = [
            "UPDATE kept_answers SET name = X'\(Self.ticket("b").name.hexadecimal)'",
            "UPDATE kept_answers SET expires_at = expires_at + 1",
            "UPDATE kept_answers SET box = X'0000000101' || SUBSTR(box, 6, LENGTH(box) - 6) || X'00'",
        ]
        for change in changes {
            let world = try await World.make()
            _ = try await open(world, Self.ticket("a"))
            _ = try await world.engine.write {
                try $0.run(change, [])
            } committed: { _ in
            }
            await #expect(throws: StorageFailure.unreadable("kept answer"), "\(change)") {
                try await replayed(world, Self.ticket(change.contains("name") ? "b" : "a"))
            }
        }
    }

    @Test("neither the answer nor what was asked stands in the files in the clear")
    func sealed() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        var caller = world.caller("*:*")
        caller.ticket = Self.ticket("a", "a weak password")
        let draft = KeyDraft(keyspace: "acme", owner: .app(app), name: "key", scopes: ScopeSet(text: "a:b"))
        let issued = try await world.keys.issue(by: caller, draft, at: FixedTime.start) { $0.secret.exposed() }
        let text = issued.secret.exposed()
        #expect(try await world.texts("SELECT HEX(box) FROM kept_answers").count == 1)
        let asked = Self.ticket("a", "a weak password")
        let files = try world.directory.files()
        #expect(files.values.contains { VaultTests.holds($0, asked.name.bytes) }, "what is stored is found so")
        for (name, bytes) in files {
            #expect(!VaultTests.holds(bytes, text), "\(name)")
            #expect(!VaultTests.holds(bytes, asked.request.bytes), "\(name)")
        }
        await #expect {
            _ = try await world.keys.issue(by: caller, draft, at: FixedTime.start) { $0.secret.exposed() }
        } throws: { ($0 as? ReplayedAnswer)?.bytes == text && !"\($0)".contains("acme") }
    }

    @Test("an answer kept under an older term of the keyring opens")
    func olderTerm() throws {
        var random = Seeded(3)
        let master = MasterKey.generate(using: &random).key
        let one = Keyring.newTerm(1, under: master, using: &random)
        let two = Keyring.newTerm(2, under: master, using: &random)
        let place = Place("kept answer", "somebody")
        let box = try Keyring(opening: [one], with: master).seal(Secret(copying: [1, 2, 3].span), for: place)
        let both = try Keyring(opening: [one, two], with: master)
        #expect(try both.open(box, from: place).exposed() == [1, 2, 3])
        #expect(SealingKey.term(of: both.seal(Secret(copying: [1].span), for: place)) == 2)
        #expect(throws: SealFailure.refused) { _ = try both.open(box, from: Place("kept answer", "somebody else")) }
    }
}
