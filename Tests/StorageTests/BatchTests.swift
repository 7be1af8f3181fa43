// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing

@Suite struct BatchTests {
    private struct Stop: Error {}

    private func draft(_ app: AppID, _ name: String = "key") -> KeyDraft {
        KeyDraft(keyspace: "acme", owner: .app(app), name: name, scopes: ScopeSet(text: "a:b"))
    }

    private func batch(
        _ world: World, _ parts: [BatchPart<any KeyRecords, String>]
    ) async throws -> [Outcome<String>] {
        try await world.ledger.keys().changeEach(
            by: .setup, needing: Permission.keysWrite, "test.batch", at: FixedTime.start, keeping: nil, parts)
    }

    /// A part that writes an account and then does as it is told.
    private func part(
        _ number: UInt64, _ end: @escaping @Sendable () throws -> Void = {}
    ) -> BatchPart<any KeyRecords, String> {
        let id = AccountID(high: number, low: number)
        return BatchPart("test.part") { records, note in
            note.subject = id.description
            try records.insert(
                Owner(
                    id: .account(id), account: id, name: "part \(number)", externalID: nil, email: nil, metadata: "{}",
                    lockedAt: nil, createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1))
            try end()
            return "part \(number)"
        }
    }

    @Test("a refused part leaves no row, no line in the feed and no event; the others stay, in order")
    func refusedPart() async throws {
        let world = try await World.make()
        let (events, changes) = (try await world.trail().count, try await world.texts("SELECT id FROM changes").count)
        let refusal = Refusal.conflict(detail: "no", fix: "not")
        let outcomes = try await batch(world, [part(1), part(2) { throw refusal }, part(3)])
        #expect(outcomes == [.success("part 1"), .failure(refusal), .success("part 3")])
        #expect(
            try await world.texts("SELECT name FROM owners WHERE name LIKE 'part%' ORDER BY name") == [
                "part 1", "part 3",
            ])
        let trail = try await world.trail().dropFirst(events)
        #expect(trail.map(\.subject) == [AccountID(high: 1, low: 1), AccountID(high: 3, low: 3)].map(\.description))
        #expect(try await world.texts("SELECT id FROM changes").count == changes + 2)
        #expect(
            try await world.texts("SELECT CAST(sequence AS TEXT) FROM heads WHERE name = 'changes'") == [
                "\(changes + 2)"
            ])
    }

    @Test("a part that was refused for a missing right is an event, though nothing of it remains")
    func refusedRight() async throws {
        let world = try await World.make()
        let events = try await world.trail().count
        _ = try await batch(world, [part(1) { throw Refusal.notFound("key") }, part(2)])
        #expect(try await world.trail().dropFirst(events).map(\.outcome) == [.refused, .done])
        #expect(try await world.texts("SELECT name FROM owners WHERE name LIKE 'part%'") == ["part 2"])
    }

    @Test("any other failure undoes the whole batch")
    func failedPart() async throws {
        let world = try await World.make()
        let events = try await world.trail()
        await #expect(throws: Stop.self) { _ = try await batch(world, [part(1), part(2) { throw Stop() }, part(3)]) }
        #expect(try await world.trail() == events)
        #expect(try await world.texts("SELECT name FROM owners WHERE name LIKE 'part%'") == [])
    }

    @Test("what a refused part had already put in force is not in force")
    func effects() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        let id = sample.key.id
        let outcomes = try await world.ledger.keys().changeEach(
            by: .setup, needing: Permission.keysWrite, "test.batch", at: FixedTime.start, keeping: nil,
            [
                BatchPart("key.disable") { records, _ in
                    var key = try #require(try records.key(id))
                    key.state = .disabled
                    try records.update(key)
                    throw Refusal.conflict(detail: "after all not", fix: "nothing")
                },
                BatchPart("test.read") { records, _ in try records.key(id)?.state == .active },
            ])
        #expect(try outcomes.last?.get() == true)
        #expect(world.verdict(sample.text) == .valid)
        #expect(try await world.reopened().verdict(sample.text) == .valid)
    }

    @Test("a batch of keys is in force in memory and in the files, each with its own secret")
    func bulk() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let operations = (0..<300).map { KeyOperation.create(draft(app, "key \($0)")) }
        let made = try await world.keys.bulk(by: .setup, operations, at: FixedTime.start)
        let texts = try made.map { try #require(try $0.get().issued).secret.exposed() }
        let reopened = try await world.reopened()
        #expect(Set(texts).count == 300)
        #expect(texts.allSatisfy { world.verdict($0) == .valid && reopened.verdict($0) == .valid })
        #expect(try await world.trail().filter { $0.action == "key.create" }.count == 300)
    }

    @Test("keys from elsewhere are found after a restart, and the count of them goes with them")
    func foreign() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let text = Array("an old key of another shape".replacing(" ", with: "-").utf8)
        #expect(world.verdict(text) == .malformed)
        let known = ForeignMark(of: Secret(copying: text.span))
        let mark = try #require(known)
        let outcome = try await world.keys.takeIn(
            by: .setup, [KeyImport(draft(app), mark: mark)], at: FixedTime.start)
        let key = try #require(try outcome.first?.get())
        #expect(world.verdict(text) == .valid)
        let reopened = try await world.reopened()
        #expect(reopened.verdict(text) == .valid)
        #expect(reopened.verdict(Array(text.dropLast())) == .malformed)
        #expect(reopened.verdict(Array(repeating: 0x61, count: 513)) == .malformed)
        let read = try await reopened.keys.find(by: .setup, key.id, at: FixedTime.start).key
        #expect(read == key)
        world.index.apply([.forget(mark.digest)])
        #expect(world.verdict(text) == .malformed)
    }

    @Test("the text of a key of our own shape is not foreign, whoever imports it")
    func ownShape() throws {
        var maker = KeyMaker(seed: 4)
        let text = maker.secretText()
        let known = ForeignMark(of: Secret(copying: text.span))
        let mark = try #require(known)
        #expect(!mark.isForeign)
        #expect(mark.hint == KeyText.hint(of: text.span))
        #expect(ForeignMark(digest: mark.digest).isForeign, "a digest does not tell")
    }
}
