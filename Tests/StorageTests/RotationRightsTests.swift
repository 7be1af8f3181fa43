// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Storage
import TestKit
import Testing

@Suite struct RotationRightsTests {
    private let now = FixedTime.start

    private func house(_ world: World) async throws -> OwnerID {
        let filter = OwnerFilter(type: .account, externalID: Owner.houseExternalID)
        return try await world.owners.list(by: .setup, filter, Page(after: nil, limit: 1), at: now).items[0].id
    }

    @Test("a management key's new secret goes only to who holds what the key holds")
    func escalation() async throws {
        let world = try await World.make()
        let house = try await house(world)
        let strong = try await world.issue("*:*", in: "bitting", for: house)
        let weak = world.caller("keys:write")
        #expect(await refusal { _ = try await world.rotate(by: weak, strong.key.id, grace: 60) }?.pointer == "/scopes")
        #expect(world.verdict(strong.text) == .valid)
        let new = try await world.rotate(strong.key.id, grace: 60)
        let id = strong.key.id
        #expect(
            await refusal { _ = try await world.keys.rollBack(by: weak, id, ifRevision: nil, at: now) }?.pointer
                == "/scopes")
        #expect(
            await refusal {
                _ = try await world.keys.retire(by: weak, id, grace: .seconds(61), ifRevision: nil, at: now)
            }?.pointer == "/scopes", "whoever lengthens its life gives it away")
        _ = try await world.keys.retire(by: weak, id, grace: .seconds(0), ifRevision: nil, at: now)
        #expect(world.verdicts(strong.text, new.text, at: now) == [.expired, .valid])
    }

    @Test("a key of another account does not exist for a bound caller")
    func bound() async throws {
        let world = try await World.make()
        let (one, oneApp) = try await world.customer("one")
        let (_, twoApp) = try await world.customer("two")
        let caller = world.caller("keys:write", boundTo: [one])
        let mine = try await world.issue(for: .app(oneApp))
        let theirs = try await world.issue(for: .app(twoApp))
        _ = try await world.rotate(by: caller, mine.key.id)
        #expect(await refusal { _ = try await world.rotate(by: caller, theirs.key.id) } == .notFound("key"))
        #expect(world.verdicts(mine.text, theirs.text, at: now) == [.expired, .valid])
        let refused = try await world.trail().last
        #expect(refused?.action == "key.rotate" && refused?.outcome == .refused)
        #expect(refused?.subject == theirs.key.id.description)
    }

    @Test("the last master key can be rotated, by itself only with a grace, so that a lost answer locks nobody out")
    func lastMasterKey() async throws {
        let world = try await World.make()
        let master = try await world.issue("*:*", in: "bitting", for: try await house(world))
        let itself = Caller(key: master.key.id, scopes: ScopeSet(text: "*:*"), accounts: nil, address: nil)
        #expect(await refusal { _ = try await world.rotate(by: itself, master.key.id) }?.pointer == "/grace")
        let new = try await world.rotate(by: itself, master.key.id, grace: 900)
        #expect(world.verdicts(master.text, new.text, at: now) == [.valid, .valid])
        _ = try await world.rotate(master.key.id, endingOther: true)
        #expect(world.verdicts(master.text, new.text, at: now) == [.unknown, .expired])
    }

    @Test(
        "a policy shorter than a day is refused, at creation and at change",
        arguments: ["/rotate_every", "/revoke_when_unused_for"])
    func policies(pointer: String) async throws {
        let world = try await World.make()
        let short = Length.seconds(86_399)
        let isRotation = pointer == "/rotate_every"
        let draft = KeyspaceDraft(
            name: "other", prefix: "other", rotateEvery: isRotation ? short : nil,
            revokeWhenUnusedFor: isRotation ? nil : short)
        #expect(
            await refusal { _ = try await world.keyspaces.create(by: .setup, draft, at: now) }?.pointer == pointer)
        let id = try await world.keyspaces.list(by: .setup, Page(after: nil, limit: 9), at: now).items[1].id
        var patch = KeyspacePatch()
        if isRotation { patch.rotateEvery = .set(short) } else { patch.revokeWhenUnusedFor = .set(short) }
        #expect(
            await refusal {
                _ = try await world.keyspaces.change(by: .setup, id, patch, ifRevision: nil, at: now)
            }?.pointer == pointer)
    }
}
