// SPDX-License-Identifier: Apache-2.0
import Access
import Secrets
import TestKit
import Testing

@Suite struct EventChainTests {
    private static func trail(_ count: Int = 6) -> [Event] {
        var chain = EventChain.start
        var random = Seeded(1)
        return (0..<count).map { step in
            chain.attach(
                EventNote(
                    "key.create", subject: "key_\(step)", account: AccountID(high: 1, low: UInt64(step)),
                    details: [.init("name", "key \(step)"), .init("hint", "acme_live_…abcd")]),
                id: EventID(at: FixedTime.start, using: &random), by: .setup, at: FixedTime.start(plus: Int64(step)))
        }
    }

    private static func fault(_ trail: [Event]) -> EventChain.Break? {
        var chain = EventChain.start
        for event in trail {
            do { try chain.follow(event) } catch { return error }
        }
        return nil
    }

    /// The event with one field replaced and its hash left, or made anew.
    private static func altered(
        _ event: Event, sequence: Int64? = nil, at: Instant? = nil, action: String? = nil,
        outcome: Event.Outcome? = nil,
        caller: String? = nil, address: String?? = nil, subject: String?? = nil, account: AccountID?? = nil,
        details: [Event.Detail]? = nil, previous: Digest? = nil, rehashed: Bool = false
    ) -> Event {
        func make(_ hash: Digest) -> Event {
            Event(
                sequence: sequence ?? event.sequence, id: event.id, at: at ?? event.at, action: action ?? event.action,
                outcome: outcome ?? event.outcome, caller: caller ?? event.caller, address: address ?? event.address,
                subject: subject ?? event.subject, account: account ?? event.account, details: details ?? event.details,
                previous: previous ?? event.previous, hash: hash)
        }
        return make(rehashed ? make(event.hash).expectedHash : event.hash)
    }

    @Test("an untouched trail is whole")
    func whole() {
        #expect(Self.fault(Self.trail()) == nil)
        #expect(Self.trail().map(\.sequence) == [1, 2, 3, 4, 5, 6])
    }

    @Test("every field is covered by the hash", arguments: 0..<6)
    func changed(place: Int) {
        let trail = Self.trail()
        let event = trail[place]
        let changes = [
            Self.altered(event, at: event.at + .seconds(1)), Self.altered(event, action: "key.revoke"),
            Self.altered(event, outcome: .refused), Self.altered(event, caller: "somebody"),
            Self.altered(event, address: .some("192.0.2.1")), Self.altered(event, subject: .some(nil)),
            Self.altered(event, account: .some(nil)), Self.altered(event, details: []),
            Self.altered(event, details: event.details.reversed()),
            Self.altered(event, details: [.init("name", "key x"), event.details[0]]),
        ]
        for change in changes {
            var copy = trail
            copy[place] = change
            #expect(Self.fault(copy) == .content(sequence: event.sequence))
        }
    }

    @Test("a changed line with its hash made anew breaks the link behind it")
    func rehashed() {
        var trail = Self.trail()
        trail[2] = Self.altered(trail[2], action: "key.revoke", rehashed: true)
        #expect(Self.fault(trail) == .link(sequence: 4))
    }

    @Test("a removed, repeated, reordered or swapped line is found")
    func order() {
        for place in 0..<5 {
            var removed = Self.trail()
            removed.remove(at: place)
            #expect(Self.fault(removed) == .order(expected: Int64(place + 1), found: Int64(place + 2)))
            var swapped = Self.trail()
            swapped.swapAt(place, place + 1)
            #expect(Self.fault(swapped) == .order(expected: Int64(place + 1), found: Int64(place + 2)))
            var repeated = Self.trail()
            repeated.insert(repeated[place], at: place)
            #expect(Self.fault(repeated) == .order(expected: Int64(place + 2), found: Int64(place + 1)))
        }
    }

    @Test("a removed line is found when those behind it were renumbered, and a trail cut in front even when rehashed")
    func renumbered() {
        let trail = Self.trail()
        let moved = Self.altered(trail[2], sequence: 2, rehashed: true)
        #expect(Self.fault([trail[0], moved]) == .link(sequence: 2))
        let first = Self.altered(trail[1], sequence: 1, rehashed: true)
        #expect(Self.fault([first]) == .link(sequence: 1))
        #expect(Self.fault(Array(trail.dropFirst())) == .order(expected: 1, found: 2))
    }

    @Test("two different events never hash alike, wherever the borders of their fields stand")
    func borders() {
        let event = Self.trail(1)[0]
        let texts = [
            "", "a", "b", "ab", "\u{0}", "\u{1}", "\u{0}\u{0}\u{0}\u{1}a", "a\u{0}\u{0}\u{0}\u{1}b", "1", "2", "é",
        ]
        var hashes = Set<Digest>()
        var count = 0
        func add(_ other: Event) {
            count += 1
            hashes.insert(other.expectedHash)
        }
        for one in texts {
            for two in texts {
                add(Self.altered(event, action: one, caller: two, details: []))
                add(
                    Self.altered(
                        event, caller: one, address: .some(two), subject: .some(nil), account: .some(nil), details: []))
                add(Self.altered(event, subject: .some(one), account: .some(nil), details: [.init(two, "x")]))
                add(Self.altered(event, account: .some(nil), details: [.init(one, two)]))
                add(Self.altered(event, account: .some(nil), details: [.init(one, ""), .init(two, "")]))
                add(Self.altered(event, details: [.init(one, two), .init("c", "d")]))
            }
        }
        #expect(hashes.count == count)
    }

    @Test("an absent field is not an empty one")
    func absent() {
        let event = Self.trail(1)[0]
        let (none, empty) = (Self.altered(event, subject: .some(nil)), Self.altered(event, subject: .some("")))
        #expect(none.expectedHash != empty.expectedHash)
    }

    @Test("details are sorted by name before they are hashed, so that reading them back gives the same hash")
    func sorted() {
        var chain = EventChain.start
        let note = EventNote("a", details: [.init("b", "1"), .init("a", "2"), .init("c", "3")])
        let event = chain.attach(note, id: EventID(high: 1, low: 1), by: .setup, at: FixedTime.start)
        #expect(event.details.map(\.name) == ["a", "b", "c"])
        #expect(event.hash == event.expectedHash)
        #expect(chain == EventChain(sequence: 1, hash: event.hash))
    }
}
