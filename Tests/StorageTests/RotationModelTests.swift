// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Storage
import TestKit
import Testing

/// Random sequences of acts and of moving time, against the rules as anybody would write them down.
@Suite struct RotationModelTests {
    /// One key by the rules: a current secret, at most one that retires, and all that are dead.
    private struct Model {
        var current: [UInt8]
        var retiring: (text: [UInt8], end: Instant)?
        var dead: Set<[UInt8]> = []
        var expiry: Instant?
        var isDisabled = false
        var isRevoked = false

        /// What time did.
        mutating func pass(to now: Instant) {
            if let old = retiring, now >= old.end { bury(old.text) }
        }

        mutating func bury(_ text: [UInt8]) {
            dead.insert(text)
            if retiring?.text == text { retiring = nil }
        }

        func isExpired(at now: Instant) -> Bool { expiry.map { now >= $0 } ?? false }
        func lives(at now: Instant) -> Bool { !isRevoked && !isDisabled && !isExpired(at: now) }

        func accepts(_ text: [UInt8], at now: Instant) -> Bool {
            lives(at: now) && (text == current || text == retiring?.text)
        }

        func end(_ grace: Int64, from now: Instant) -> Instant {
            min(now + .seconds(grace), expiry ?? .distantFuture)
        }
    }

    private enum Act: CaseIterable { case rotate, rotateOver, retire, rollBack, disable, enable, expire, revoke, wait }

    private struct Walk {
        let world: World
        let id: KeyID
        var model: Model
        var random: Seeded
        var now = FixedTime.start
        var done: [Act: Int] = [:]

        mutating func step() async throws {
            let act: Act = random.below(60) == 0 ? .revoke : random.pick(Act.allCases.filter { $0 != .revoke })
            let isDone = try await carryOut(act)
            if isDone { done[act, default: 0] += 1 }
            model.pass(to: now)
        }

        private mutating func carryOut(_ act: Act) async throws -> Bool {
            let grace = Int64(random.pick([0, 1, 5, 20, 50]))
            switch act {
            case .rotate: return await rotate(grace, over: false)
            case .rotateOver: return await rotate(grace, over: true)
            case .retire: return await retire(grace)
            case .rollBack: return await rollBack()
            case .disable, .enable:
                let (world, id, now) = (world, id, now)
                let isDone = await Self.succeeds {
                    _ =
                        act == .disable
                        ? try await world.keys.disable(by: .setup, id, at: now)
                        : try await world.keys.enable(by: .setup, id, at: now)
                }
                #expect(isDone == !model.isRevoked)
                if isDone { model.isDisabled = act == .disable }
                return isDone
            case .expire: return await expire()
            case .revoke:
                _ = try await world.keys.revoke(by: .setup, id, reason: .other, note: nil, at: now)
                model.isRevoked = true
                return true
            case .wait:
                now = now + .seconds(Int64(random.below(30)))
                if random.below(3) == 0 { try await world.pass(at: now) }
                return true
            }
        }

        private mutating func rotate(_ grace: Int64, over: Bool) async -> Bool {
            let isAllowed = !model.isRevoked && !model.isExpired(at: now) && (over || model.retiring == nil)
            let made = try? await world.rotate(id, grace: grace, endingOther: over, at: now)
            #expect((made != nil) == isAllowed)
            guard let made else { return false }
            if let old = model.retiring { model.bury(old.text) }
            let end = model.end(grace, from: now)
            if end > now { model.retiring = (model.current, end) } else { model.bury(model.current) }
            model.current = made.text
            return true
        }

        private mutating func retire(_ grace: Int64) async -> Bool {
            let (world, id, now) = (world, id, now)
            let isDone = await Self.succeeds {
                _ = try await world.keys.retire(by: .setup, id, grace: .seconds(grace), ifRevision: nil, at: now)
            }
            #expect(isDone == (!model.isRevoked && model.retiring != nil))
            guard isDone, let old = model.retiring else { return false }
            let end = model.end(grace, from: now)
            if end > now { model.retiring = (old.text, end) } else { model.bury(old.text) }
            return true
        }

        private mutating func rollBack() async -> Bool {
            let (world, id, now) = (world, id, now)
            let isDone = await Self.succeeds {
                _ = try await world.keys.rollBack(by: .setup, id, ifRevision: nil, at: now)
            }
            #expect(isDone == (!model.isRevoked && model.retiring != nil))
            guard isDone, let old = model.retiring else { return false }
            model.bury(model.current)
            (model.current, model.retiring) = (old.text, nil)
            return true
        }

        /// Sets an expiry ahead. One later than a grace leaves that as it is.
        private mutating func expire() async -> Bool {
            let (world, id, now) = (world, id, now)
            let expiry = now + .seconds(Int64(40 + random.below(100)))
            // An expiry that cuts a grace short gives the rest back when it is moved: kept out of this model.
            guard model.retiring.map({ $0.end <= expiry && $0.end < model.expiry ?? .distantFuture }) ?? true else {
                return false
            }
            let isDone = await Self.succeeds {
                var patch = KeyPatch()
                patch.expiresAt = .set(expiry)
                _ = try await world.keys.change(by: .setup, id, patch, ifRevision: nil, at: now)
            }
            #expect(isDone == !model.isRevoked)
            if isDone { model.expiry = expiry }
            return isDone
        }

        private static func succeeds(_ body: () async throws -> Void) async -> Bool {
            do {
                try await body()
                return true
            } catch is Refusal { return false } catch {
                Issue.record("\(error)")
                return false
            }
        }

        /// Holds every secret there ever was against the model.
        func check(_ world: World, clockOff: Int64 = 0) {
            let texts = model.dead.union([model.current]).union([model.retiring?.text].compactMap { $0 })
            for text in texts {
                #expect((world.verdict(text, at: now) == .valid) == model.accepts(text, at: now))
            }
        }
    }

    @Test(
        "after any sequence of acts exactly the secrets that the rules accept are accepted",
        arguments: 1...8 as ClosedRange<UInt64>)
    func againstModel(seed: UInt64) async throws {
        let world = try await World.make(seed: seed)
        let (_, app) = try await world.customer("one")
        var done: [Act: Int] = [:]
        for round in 0..<3 {
            let sample = try await world.issue(name: "round \(round)", for: .app(app))
            var walk = Walk(
                world: world, id: sample.key.id, model: Model(current: sample.text),
                random: Seeded(seed &* 31 &+ UInt64(round)))
            for step in 0..<60 {
                try await walk.step()
                walk.check(world)
                if step % 20 == 19 { walk.check(try await world.reopened()) }
                // At every moment of a life that has not ended, one secret works.
                if walk.model.lives(at: walk.now) { #expect(world.verdict(walk.model.current, at: walk.now) == .valid) }
            }
            done.merge(walk.done) { $0 + $1 }
        }
        #expect(Act.allCases.filter { $0 != .revoke }.allSatisfy { done[$0] ?? 0 > 0 }, "\(done)")
        _ = try await world.trail()
    }

    @Test("what was ended by an act is refused however the clock is put", arguments: 1...4 as ClosedRange<UInt64>)
    func clocks(seed: UInt64) async throws {
        let world = try await World.make(seed: seed)
        let (_, app) = try await world.customer("one")
        let sample = try await world.issue(for: .app(app))
        var random = Seeded(seed)
        var (current, dead, now) = (sample.text, [[UInt8]](), FixedTime.start)
        for _ in 0..<30 {
            now = FixedTime.start(plus: Int64(random.below(200_000)) - 100_000)
            let ends = random.below(2) == 0
            let made = try await world.rotate(sample.key.id, grace: ends ? 0 : 50, endingOther: true, at: now)
            if !ends {
                _ = try await world.keys.retire(
                    by: .setup, sample.key.id, grace: .seconds(0), ifRevision: nil, at: now)
            }
            dead.append(current)
            current = made.text
            for _ in 0..<5 {
                let moment = FixedTime.start(plus: Int64(random.below(400_000)) - 200_000)
                #expect(world.verdict(current, at: moment) == .valid)
                for text in dead { #expect(world.verdict(text, at: moment) != .valid) }
            }
        }
    }
}
