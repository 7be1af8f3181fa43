// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Storage
import TestKit
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// Random schedules of steps, faults, deaths of the program and acts of people, seen from outside by an app that never
/// stops calling.
@Suite struct HeldRotationModelTests {
    /// `BITTING_SCHEDULES` asks for more, by hand.
    private static let schedules: Int = {
        guard let text = unsafe getenv("BITTING_SCHEDULES") else { return 12 }
        return Int(unsafe String(cString: text)) ?? 12
    }()

    @Test(arguments: 0..<16)
    func `no call fails, no last key is deleted, no key is forgotten, and every rotation ends`(batch: Int) async throws
    {
        let world = try await World.make(seed: UInt64(batch), isLasting: false)
        for number in 0..<Self.schedules {
            let seed = UInt64(batch * 100_000 + number)
            let scene = try await HeldRotationScene(world, seed: seed)
            let end = try await run(scene)
            #expect(scene.problems == [], "seed \(seed)")
            check(scene, end, seed)
        }
    }

    private func run(_ scene: HeldRotationScene) async throws -> Rotation {
        scene.with { state in
            state.trouble = state.random.pick([0, 10, 30, 60])
            state.deaths = state.random.pick([0, 2, 10])
        }
        let started = try await start(scene)
        // Trouble ends after a while; until then anything may happen.
        let calm = scene.now + .seconds(Int64(600 + scene.dice(4000)))
        for _ in 0..<3000 {
            if scene.now >= calm { scene.with { ($0.trouble, $0.deaths) = (0, 0) } }
            scene.call()
            try await scene.step(started)
            scene.call()
            let rotation = try await scene.rotation(started)
            if rotation.isOver { return rotation }
            try await people(rotation, scene)
            let next = rotation.nextAt ?? scene.now
            let pause = Length.seconds(Int64(scene.dice(5)))
            scene.with { $0.now = $0.random.below(3) == 0 ? max($0.now, next) : $0.now + pause }
        }
        return try await scene.rotation(started)
    }

    private func start(_ scene: HeldRotationScene) async throws -> RotationID {
        var draft = RotationDraft()
        draft.formerKey = "k1"
        draft.terms.share = [1, 30, 100][scene.dice(3)]
        draft.terms.firstLook = .seconds(Int64(scene.dice(60)))
        draft.terms.watch = .seconds(Int64(scene.dice(120)))
        let rotations = Rotations(
            store: scene.world.ledger.credentials(), credentials: scene.world.credentials,
            random: .seeded(UInt64(scene.dice(.max))))
        return try await rotations.start(by: .setup, of: scene.credential, draft, at: scene.now).id
    }

    /// What people do meanwhile: they allow the deletion, they change their mind, and a new key dies on its own.
    private func people(_ rotation: Rotation, _ scene: HeldRotationScene) async throws {
        let rotations = Rotations(
            store: scene.world.ledger.credentials(), credentials: scene.world.credentials, random: .seeded(3))
        if let task = rotation.task, scene.dice(4) == 0 {
            _ = try? await rotations.confirm(by: .setup, rotation.id, task, at: scene.now)
        }
        if scene.dice(400) == 0 { _ = try? await rotations.cancel(by: .setup, rotation.id, at: scene.now) }
        let isNew = rotation.stage == .switching || rotation.stage == .watching
        if isNew, scene.dice(60) == 0, let key = rotation.successorKey,
            let secret = scene.provider.keys.first(where: { $0.id == key })?.secret
        {
            scene.provider.kill(secret, at: scene.now)
        }
    }

    private func check(_ scene: HeldRotationScene, _ rotation: Rotation, _ seed: UInt64) {
        #expect(rotation.isOver, "seed \(seed): \(rotation.stage) \(String(describing: rotation.fault))")
        let after = scene.now + .seconds(3600)
        let living = scene.provider.keys.filter {
            $0.works(at: after) || ($0.isListed && $0.worksFrom == .distantFuture)
        }
        switch rotation.stage {
        case .done: #expect(living.map(\.id) == [rotation.successorKey], "seed \(seed)")
        case .failed, .cancelled: #expect(living.map(\.id) == ["k1"], "seed \(seed): \(rotation.stage)")
        default: break
        }
    }
}
