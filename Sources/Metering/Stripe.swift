// SPDX-License-Identifier: Apache-2.0
internal import Access

/// The meters of some accounts. Everything one call is charged for stands in one stripe, because it all belongs to
/// one account; so one lock makes a charge whole.
struct Stripe: Sendable {
    /// One limit's count for one subject.
    struct Meter: Sendable {
        let subject: Subject
        let name: UInt64
        /// Rates: when all that was taken will have come back (the theoretical arrival time of GCRA), in ticks.
        var end: UInt64 = 0
        /// The interval `end` was reckoned with; another limit of that name reckons it anew.
        var interval: UInt64 = 0
        /// In flight: how many have begun and not ended.
        var running: Int64 = 0
    }

    /// One budget's state in memory.
    struct Account: Sendable {
        let subject: Subject
        /// How much may be spent before more is written down; what storage says is spent.
        var granted: Int64 = 0
        /// How much is spent in this period, reserved amounts included.
        var spent: Int64 = 0
        var refills: Int64 = 0
        /// When the period ends. In the past: nothing is known yet, or it is over.
        var periodEnd = Instant(milliseconds: .min)
        /// Whether more was asked for and has not come.
        var isAsked = false
        /// The rule it was granted under; another one asks again.
        var quota: Quota?
        var account: Subject
        var lastUse = Instant(milliseconds: 0)
        /// The highest alert that was told in this period, in percent.
        var alerted: Int64 = 0
    }

    var meters: [Meter] = []
    var accounts: [Account] = []
    /// The meters of the charge at hand.
    var places: [Int] = []
    private var meterPlaces = PlaceTable()
    private var accountPlaces = PlaceTable()

    @inline(__always)
    private static func word(_ subject: Subject, _ name: UInt64) -> UInt64 {
        // Identifiers end in 62 random bits, which nobody outside can choose.
        (subject.low ^ name) &* 0x9E37_79B9_7F4A_7C15
    }

    @inline(__always)
    mutating func meter(_ subject: Subject, _ name: UInt64) -> Int {
        let word = Self.word(subject, name)
        if let place = meterPlaces.find(word, isRight: { meters[$0].subject == subject && meters[$0].name == name }) {
            return place
        }
        meters.append(Meter(subject: subject, name: name))
        meterPlaces.insert(word, meters.count - 1) { Self.word(meters[$0].subject, meters[$0].name) }
        return meters.count - 1
    }

    func knownAccount(_ subject: Subject) -> Int? {
        accountPlaces.find(Self.word(subject, 0)) { accounts[$0].subject == subject }
    }

    @inline(__always)
    mutating func account(_ subject: Subject, in account: Subject) -> Int {
        if let place = knownAccount(subject) { return place }
        accounts.append(Account(subject: subject, account: account))
        accountPlaces.insert(Self.word(subject, 0), accounts.count - 1) { Self.word(accounts[$0].subject, 0) }
        return accounts.count - 1
    }

    /// Drops meters that say nothing: whole again and with nothing in flight. Only when they are many.
    mutating func sweep(tick: UInt64) {
        guard meters.count >= 1024 else { return }
        let kept = meters.filter { $0.end > tick || $0.running > 0 }
        guard kept.count * 2 < meters.count else { return }
        meters = kept
        meterPlaces = PlaceTable()
        for place in meters.indices {
            meterPlaces.insert(Self.word(meters[place].subject, meters[place].name), place) {
                Self.word(meters[$0].subject, meters[$0].name)
            }
        }
    }
}

/// Open addressing from a well-mixed word to a position; entries are never removed. At most half full.
struct PlaceTable: Sendable {
    private var slots = [UInt64](repeating: 0, count: 16)
    private var used = 0

    @inline(__always)
    func find(_ word: UInt64, isRight: (Int) -> Bool) -> Int? {
        var slot = Int(truncatingIfNeeded: word >> 32) & (slots.count - 1)
        let tag = word & 0xFFFF_FFFF
        while slots[slot] != 0 {
            if slots[slot] >> 32 == tag {
                let place = Int(slots[slot] & 0xFFFF_FFFF) - 1
                if isRight(place) { return place }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        return nil
    }

    mutating func insert(_ word: UInt64, _ place: Int, word wordAt: (Int) -> UInt64) {
        if (used + 1) * 2 > slots.count {
            let old = slots
            slots = [UInt64](repeating: 0, count: old.count * 2)
            for entry in old where entry != 0 {
                let place = Int(entry & 0xFFFF_FFFF) - 1
                put(wordAt(place), place)
            }
        }
        put(word, place)
        used += 1
    }

    private mutating func put(_ word: UInt64, _ place: Int) {
        var slot = Int(truncatingIfNeeded: word >> 32) & (slots.count - 1)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = (word & 0xFFFF_FFFF) << 32 | UInt64(place + 1)
    }
}
