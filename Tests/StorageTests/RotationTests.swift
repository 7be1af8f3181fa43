// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing

@Suite struct RotationTests {
    private let now = FixedTime.start

    @Test("rotation keeps the key as it is and gives it another secret")
    func same() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let before = try await world.issue("a:b c:d", for: .app(app)) { draft in
            draft.expiresAt = FixedTime.start(plus: 1_000_000)
            draft.allowedRoutes = [.of(["GET"], "/a")]
            draft.limits = [Limit("burst", 5, .rate(per: .seconds(60)))].compactMap { $0 }
            draft.quota = Quota(amount: 100)
        }
        let after = try await world.rotate(before.key.id, grace: 60, at: FixedTime.start(plus: 5))
        #expect(after.text != before.text)
        var expected = before.key
        (expected.hint, expected.secrets) = (after.key.hint, after.key.secrets)
        (expected.updatedAt, expected.revision) = (FixedTime.start(plus: 5), 2)
        expected.rotatedAt = FixedTime.start(plus: 5)
        #expect(after.key == expected)
        #expect(try await world.keys.find(by: .setup, before.key.id, at: now).key == after.key)
        #expect(after.key.hint == KeyText.hint(of: after.text.span))
    }

    @Test(
        "a prefix is not cut short by rotation: the new secret begins as its keyspace says",
        arguments: [("sk", "live"), ("acme2", "test"), ("a1b2c3d4e5f6g7h8", "staging2")])
    func wholePrefix(prefix: String, environment: String) async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        _ = try await world.keyspaces.create(
            by: .setup, .init(name: "other", prefix: prefix, environment: environment), at: now)
        let sample = try await world.issue(in: "other", for: .app(app))
        for _ in 0..<3 {
            let text = try await world.rotate(sample.key.id).string
            #expect(text.hasPrefix("\(prefix)_\(environment)_"))
            #expect(text.utf8.count == sample.text.count)
        }
    }

    @Test("without a grace the old secret is dead when the call returns, after a restart, and however the clock is put")
    func atOnce() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = try await world.issue(for: .app(app))
        let new = try await world.rotate(old.key.id)
        let reopened = try await world.reopened()
        for seconds: Int64 in [-1_000_000, -1, 0, 1, 1_000_000] {
            let moment = FixedTime.start(plus: seconds)
            #expect(world.verdicts(old.text, new.text, at: moment) == [.expired, .valid])
            #expect(reopened.verdicts(old.text, new.text, at: moment) == [.expired, .valid])
        }
    }

    @Test("a retiring secret is not refused before its time, nor accepted after it", arguments: [1, 60, 7_776_000])
    func grace(seconds: Int64) async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = try await world.issue(for: .app(app))
        let new = try await world.rotate(old.key.id, grace: seconds)
        for world in [world, try await world.reopened()] {
            let end = FixedTime.start(plus: seconds)
            #expect(world.verdicts(old.text, new.text, at: now) == [.valid, .valid])
            #expect(world.verdict(old.text, at: Instant(milliseconds: end.milliseconds - 1)) == .valid)
            #expect(world.verdicts(old.text, new.text, at: end) == [.expired, .valid])
        }
    }

    @Test("an old secret never lives longer because of a rotation: the key's own expiry wins over every grace")
    func naturalExpiry() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let expiry = FixedTime.start(plus: 3600)
        let old = try await world.issue(for: .app(app)) { $0.expiresAt = expiry }
        let new = try await world.rotate(old.key.id, grace: 86_400)
        #expect(new.key.secrets[0].graceExpiresAt == expiry)
        #expect(new.key.retirement(at: now)?.graceExpiresAt == expiry)
        #expect(world.verdicts(old.text, new.text, at: expiry) == [.expired, .expired])
        let extended = try await world.keys.retire(
            by: .setup, old.key.id, grace: .seconds(7200), ifRevision: nil, at: now)
        #expect(extended.retirement(at: now)?.graceExpiresAt == expiry)
        var patch = KeyPatch()
        patch.expiresAt = .set(FixedTime.start(plus: 600))
        let shortened = try await world.keys.change(by: .setup, old.key.id, patch, ifRevision: nil, at: now)
        #expect(shortened.retirement(at: now)?.graceExpiresAt == FixedTime.start(plus: 600))
        #expect(world.verdict(old.text, at: FixedTime.start(plus: 600)) == .expired)
        patch.expiresAt = .clear
        let cleared = try await world.keys.change(by: .setup, old.key.id, patch, ifRevision: nil, at: now)
        #expect(cleared.retirement(at: now)?.graceExpiresAt == expiry, "the grace is what it was given")
        #expect(world.verdicts(old.text, new.text, at: expiry) == [.expired, .valid])
    }

    @Test("while a secret retires another rotation is refused, unless it is told to end that secret")
    func oneAtATime() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let first = try await world.issue(for: .app(app))
        let second = try await world.rotate(first.key.id, grace: 100)
        #expect(await refusal { _ = try await world.rotate(first.key.id, grace: 100) }?.isConflict == true)
        #expect(world.verdicts(first.text, second.text, at: now) == [.valid, .valid])
        let third = try await world.rotate(first.key.id, grace: 100, endingOther: true)
        #expect(world.verdicts(first.text, second.text, third.text, at: now) == [.unknown, .valid, .valid])
        let later = FixedTime.start(plus: 100)
        let fourth = try await world.rotate(first.key.id, at: later)
        #expect(
            world.verdicts(second.text, third.text, fourth.text, at: later) == [.unknown, .expired, .valid],
            "what has ended is dropped by the next rotation")
        #expect(fourth.key.secrets.count == 2)
    }

    @Test("a revoked or expired key is not rotated, a disabled one is and stays disabled")
    func states() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app)) { $0.expiresAt = FixedTime.start(plus: 100) }
        let end = FixedTime.start(plus: 100)
        #expect(await refusal { _ = try await world.rotate(sample.key.id, at: end) }?.isConflict == true)
        _ = try await world.keys.disable(by: .setup, sample.key.id, at: now)
        let rotated = try await world.rotate(sample.key.id, grace: 10)
        #expect(world.verdicts(sample.text, rotated.text, at: now) == [.disabled, .disabled])
        _ = try await world.keys.enable(by: .setup, sample.key.id, at: now)
        #expect(world.verdicts(sample.text, rotated.text, at: now) == [.valid, .valid])
        _ = try await world.keys.revoke(by: .setup, sample.key.id, reason: .compromised, note: nil, at: now)
        #expect(world.verdicts(sample.text, rotated.text, at: now) == [.revoked, .revoked])
        let id = sample.key.id
        #expect(await refusal { _ = try await world.rotate(id) }?.isConflict == true)
        #expect(
            await refusal { _ = try await world.keys.rollBack(by: .setup, id, ifRevision: nil, at: now) }?.isConflict
                == true)
        #expect(
            await refusal {
                _ = try await world.keys.retire(by: .setup, id, grace: .seconds(5), ifRevision: nil, at: now)
            }?.isConflict == true)
    }

    @Test(
        "terms out of bounds are refused and change nothing",
        arguments: [
            (7_776_001, nil, "/grace"), (-1, nil, "/grace"), (0, 60, "/finish_when_idle"),
            (60, 59, "/finish_when_idle"),
            (60, 7_776_001, "/finish_when_idle"),
        ] as [(Int64, Int64?, String)])
    func bounds(grace: Int64, idle: Int64?, pointer: String) async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        let refused = await refusal { _ = try await world.rotate(sample.key.id, grace: grace, idle: idle) }
        #expect(refused?.pointer == pointer)
        #expect(try await world.keys.find(by: .setup, sample.key.id, at: now).key == sample.key)
    }

    @Test("a grace can be ended early or extended, and one that has ended stays ended")
    func retire() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = try await world.issue(for: .app(app))
        let id = old.key.id
        #expect(
            await refusal {
                _ = try await world.keys.retire(by: .setup, id, grace: .seconds(5), ifRevision: nil, at: now)
            }?.isConflict == true)
        _ = try await world.rotate(id, grace: 100)
        _ = try await world.keys.retire(by: .setup, id, grace: .seconds(200), ifRevision: nil, at: now)
        #expect(world.verdict(old.text, at: FixedTime.start(plus: 199)) == .valid)
        let ended = try await world.keys.retire(by: .setup, id, grace: .seconds(0), ifRevision: nil, at: now)
        #expect(ended.retirement(at: FixedTime.start(plus: -5)) == nil)
        for world in [world, try await world.reopened()] {
            #expect(world.verdict(old.text, at: FixedTime.start(plus: -1000)) == .expired)
        }
        #expect(
            await refusal {
                _ = try await world.keys.retire(by: .setup, id, grace: .seconds(5), ifRevision: nil, at: now)
            }?.isConflict == true)
    }

    @Test("rolled back, the old secret is current again and the new one dead, whatever the clock says")
    func rollBack() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = try await world.issue(for: .app(app))
        let new = try await world.rotate(old.key.id, grace: 100)
        let key = try await world.keys.rollBack(
            by: .setup, old.key.id, ifRevision: nil, at: FixedTime.start(plus: 50))
        #expect(key.hint == old.key.hint && key.rotatedAt == nil)
        for world in [world, try await world.reopened()] {
            for seconds: Int64 in [-1000, 50, 100, 100_000] {
                #expect(world.verdicts(old.text, new.text, at: FixedTime.start(plus: seconds)) == [.valid, .expired])
            }
        }
        let again = try await world.rotate(old.key.id, grace: 100, at: FixedTime.start(plus: 60))
        #expect(
            world.verdicts(old.text, new.text, again.text, at: FixedTime.start(plus: 61)) == [.valid, .unknown, .valid])
        #expect(
            await refusal {
                _ = try await world.keys.rollBack(
                    by: .setup, old.key.id, ifRevision: nil, at: FixedTime.start(plus: 160))
            }?.isConflict == true, "after its grace there is nothing to go back to")
    }

    @Test("a key that was made elsewhere is rotated into one of ours, and its old form works until its grace ends")
    func foreign() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let old = Array("my-own-legacy-key-0001".utf8)
        let draft = KeyDraft(keyspace: "acme", owner: .app(app), name: "old", scopes: ScopeSet(text: "a:b"))
        let mark = ForeignMark(digest: Digest(of: old.span))
        let taken = try await world.keys.takeIn(by: .setup, [KeyImport(draft, mark: mark)], at: now)
        let id = try taken[0].get().id
        #expect(world.verdict(old) == .valid)
        let new = try await world.rotate(id, grace: 60)
        #expect(new.string.hasPrefix("acme_live_"))
        for world in [world, try await world.reopened()] {
            #expect(world.verdicts(old, new.text, at: now) == [.valid, .valid])
            #expect(world.verdicts(old, new.text, at: FixedTime.start(plus: 60)) == [.expired, .valid])
        }
    }

    @Test("a call that names another revision is refused; of many rotations at once without a grace all or one wins")
    func revisions() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        await #expect(throws: Refusal.changedMeanwhile(revision: 1)) {
            _ = try await world.keys.rotate(by: .setup, sample.key.id, RotationTerms(), ifRevision: 7, at: now)
        }
        let texts = await withTaskGroup(of: [UInt8]?.self) { group in
            for _ in 0..<20 {
                group.addTask { try? await world.rotate(sample.key.id, grace: 60).text }
            }
            return await group.reduce(into: []) { $0 += [$1].compactMap { $0 } }
        }
        #expect(texts.count == 1, "the others find a secret that is retiring")
        #expect(world.verdicts(sample.text, texts[0], at: now) == [.valid, .valid])
    }

    @Test("the trail says who rotated what, with hints and never a secret")
    func trail() async throws {
        let world = try await World.make()
        let (_, app) = try await world.customer("one")
        let first = try await world.issue(for: .app(app))
        let id = first.key.id
        let second = try await world.rotate(id, grace: 3600, idle: 600)
        _ = try await world.keys.retire(by: .setup, id, grace: .seconds(7200), ifRevision: nil, at: now)
        _ = try await world.keys.rollBack(by: .setup, id, ifRevision: nil, at: now)
        let events = try await world.trail().filter { $0.subject == id.description }.dropFirst()
        #expect(events.map(\.action) == ["key.rotate", "key.retire", "key.roll_back"])
        let details = events.map { Dictionary(uniqueKeysWithValues: $0.details.map { ($0.name, $0.value) }) }
        #expect(
            details == [
                [
                    "grace": "1h", "finish_when_idle": "10m", "hint": second.key.hint, "previous_hint": first.key.hint,
                ], ["grace": "2h", "hint": first.key.hint],
                ["hint": first.key.hint, "previous_hint": second.key.hint],
            ])
        for (name, bytes) in try world.directory.files() {
            for text in [first.text, second.text] {
                #expect(!bytes.contains(text.dropFirst(10)), "\(name)")
            }
        }
    }
}

extension [UInt8] {
    fileprivate func contains(_ part: ArraySlice<UInt8>) -> Bool {
        guard let first = part.first, count >= part.count else { return false }
        return indices.contains { start in
            self[start] == first && self[start...].starts(with: part)
        }
    }
}
