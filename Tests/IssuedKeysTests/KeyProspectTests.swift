// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import TestKit
import Testing

/// What time brings a key, worked out from values alone.
@Suite struct KeyProspectTests {
    private static let hour: Int64 = 3600
    private static let day: Int64 = 86_400

    private func prospect(
        rotateEvery: Int64? = nil, unused: Int64? = nil, _ change: (inout Key) -> Void = { _ in }
    ) -> KeyProspect {
        var maker = KeyMaker(seed: 1)
        var keyspace = maker.keyspace
        keyspace.rotateEvery = rotateEvery.map { .seconds($0) }
        keyspace.revokeWhenUnusedFor = unused.map { .seconds($0) }
        return KeyProspect(maker.key("", change).key, in: keyspace)
    }

    private func retiring(until end: Int64, idle: Int64? = nil, _ change: (inout Key) -> Void = { _ in }) -> KeyProspect
    {
        var maker = KeyMaker(seed: 2)
        let old = maker.secretText()
        return prospect { key in
            key.secrets.append(
                KeySecret(
                    digest: Digest(of: old.span), role: .retiring, createdAt: FixedTime.start,
                    graceExpiresAt: FixedTime.start(plus: end), retiringSince: FixedTime.start,
                    finishWhenIdle: idle.map { .seconds($0) }))
            change(&key)
        }
    }

    /// Everything that happens to a key, looked at whenever it asks for it: seconds after the start, and the event.
    private func story(_ first: KeyProspect, looking: [Int64] = []) -> [String] {
        var prospect = first
        var story: [String] = []
        var moments = looking.map { FixedTime.start(plus: $0) }
        var next = prospect.firstLook
        while let now = moments.isEmpty ? next : moments.removeFirst(), story.count < 30 {
            switch prospect.outlook(at: now, watchingSince: FixedTime.start) {
            case .nothing(let until): next = until
            case .due(let duty):
                story.append("\((now.milliseconds - FixedTime.start.milliseconds) / 1000) \(duty.action)")
                guard case .tell(let notice) = duty else { return story }
                prospect.told[notice.topic] = Notice.Told(occasion: notice.occasion, step: notice.step)
                moments.insert(now, at: 0)
            }
        }
        return story
    }

    @Test("an expiry is announced a week and a day ahead, and told")
    func expiry() {
        let key = prospect { $0.expiresAt = FixedTime.start(plus: 30 * Self.day) }
        #expect(
            story(key) == [
                "\(23 * Self.day) key.expires_soon", "\(29 * Self.day) key.expires_soon",
                "\(30 * Self.day) key.expired",
            ])
    }

    @Test("what would have had to be told before the key was made is not told")
    func shortLives() {
        #expect(story(prospect { $0.expiresAt = FixedTime.start(plus: Self.hour) }) == ["3600 key.expired"])
        #expect(
            story(prospect { $0.expiresAt = FixedTime.start(plus: 3 * Self.day) }) == [
                "\(2 * Self.day) key.expires_soon", "\(3 * Self.day) key.expired",
            ])
    }

    @Test("a key without anything to come is never looked at")
    func nothing() {
        #expect(prospect().firstLook == nil)
        let revoked = KeyState.revoked(Revocation(at: FixedTime.start, reason: .other, note: nil))
        let key = prospect(rotateEvery: Self.day, unused: Self.day) { key in
            (key.state, key.expiresAt) = (revoked, FixedTime.start(plus: 5))
        }
        #expect(key.firstLook == nil)
    }

    @Test("a rotation is due by policy, and told two weeks and three days ahead; not where the key expires before")
    func rotation() {
        let key = prospect(rotateEvery: 30 * Self.day)
        #expect(
            story(key) == ([16, 27, 30] as [Int64]).map { "\($0 * Self.day) key.rotation_due" })
        let expiring = prospect(rotateEvery: 30 * Self.day) { $0.expiresAt = FixedTime.start(plus: 30 * Self.day) }
        #expect(!story(expiring).contains { $0.hasSuffix("key.rotation_due") })
    }

    @Test("whoever was away, or whose clock was put forward over several notices, is told the last one only, once")
    func late() {
        let key = prospect { $0.expiresAt = FixedTime.start(plus: 30 * Self.day) }
        let late = [29 * Self.day + 5, 29 * Self.day + 5]
        #expect(
            story(key, looking: late) == ["\(29 * Self.day + 5) key.expires_soon", "\(30 * Self.day) key.expired"])
    }

    @Test("a clock put forward by hours and back tells nothing twice and skips nothing for good")
    func clocks() {
        let key = prospect { $0.expiresAt = FixedTime.start(plus: 30 * Self.day) }
        let steps = [23, 24, 22, 23, 29, 28, 29, 30, 29, 30].map { $0 * Self.day }
        let told = story(key, looking: steps).map { $0.split(separator: " ")[1] }
        #expect(told == ["key.expires_soon", "key.expires_soon", "key.expired"])
    }

    @Test("an expiry that was moved is told of anew")
    func moved() {
        var key = prospect { $0.expiresAt = FixedTime.start(plus: 30 * Self.day) }
        key.told = [.expiry: .init(occasion: FixedTime.start(plus: 20 * Self.day), step: 2)]
        #expect(story(key).count == 3)
        key.told = [.expiry: .init(occasion: FixedTime.start(plus: 30 * Self.day), step: 1)]
        #expect(story(key) == ["\(30 * Self.day) key.expired"])
    }

    @Test("a grace is told of at its half and an hour before its end, then the secret is retired")
    func grace() {
        #expect(
            story(retiring(until: Self.day)) == [
                "43200 key.grace_ends_soon", "\(Self.day - 3600) key.grace_ends_soon", "\(Self.day) key.retired",
            ])
        #expect(story(retiring(until: Self.hour)) == ["1800 key.grace_ends_soon", "3600 key.retired"])
    }

    @Test("a retiring secret ends with the key's expiry, before that is told")
    func graceAndExpiry() {
        let key = retiring(until: 10 * Self.day) { $0.expiresAt = FixedTime.start(plus: Self.hour) }
        #expect(story(key) == ["1800 key.grace_ends_soon", "3600 key.retired"])
    }

    @Test("a secret that finishes when idle is retired so long after its last use, its retirement or the start")
    func idle() {
        var key = retiring(until: 10 * Self.day, idle: Self.hour)
        func outlook(_ seconds: Int64, start: Int64 = 0) -> Outlook {
            key.outlook(at: FixedTime.start(plus: seconds), watchingSince: FixedTime.start(plus: start))
        }
        #expect(outlook(3599) == .nothing(until: FixedTime.start(plus: 3600)))
        #expect(outlook(3600) == .due(.retire(.idle)))
        key.stragglers = .init(count: 2, lastAt: FixedTime.start(plus: 1000))
        #expect(outlook(3600) == .nothing(until: FixedTime.start(plus: 4600)))
        #expect(outlook(4600) == .due(.retire(.idle)))
        #expect(
            outlook(4600, start: 4000) == .nothing(until: FixedTime.start(plus: 7600)),
            "while nobody watched, nobody could use it")
    }

    @Test("an unused key is revoked so long after its last use or change; a disabled, locked or expired one is not")
    func unused() {
        var key = prospect(unused: 30 * Self.day)
        func outlook(_ days: Int64) -> Outlook {
            key.outlook(at: FixedTime.start(plus: days * Self.day), watchingSince: FixedTime.start)
        }
        #expect(outlook(29) == .nothing(until: FixedTime.start(plus: 30 * Self.day)))
        #expect(outlook(30) == .due(.revokeUnused))
        key.lastUse = FixedTime.start(plus: 10 * Self.day)
        #expect(outlook(39) == .nothing(until: FixedTime.start(plus: 40 * Self.day)))
        #expect(outlook(40) == .due(.revokeUnused))
        key.holderChangedAt = FixedTime.start(plus: 20 * Self.day)
        #expect(outlook(49) == .nothing(until: FixedTime.start(plus: 50 * Self.day)))
        key.isLocked = true
        #expect(outlook(60) == .nothing(until: FixedTime.start(plus: 90 * Self.day)))
        let disabled = prospect(unused: Self.day) { $0.state = .disabled }
        #expect(disabled.firstLook == nil)
        let early = prospect(unused: Self.day) { $0.notBefore = FixedTime.start(plus: 100 * Self.day) }
        #expect(early.firstLook == FixedTime.start(plus: 101 * Self.day))
    }
}
