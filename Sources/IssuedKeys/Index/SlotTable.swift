// SPDX-License-Identifier: Apache-2.0

/// Open addressing with linear probing from the first word of a digest to a position.
///
/// A slot is eight bytes: 32 bits of the word as a tag, 32 bits of position plus one. At most half full, so a look-up
/// reads about one slot and, but for one in four billion, the right record. The words are digests, so they need no
/// further hashing and nobody can choose them to collide cheaply.
struct SlotTable: Sendable {
    private var slots: [UInt64] = [UInt64](repeating: 0, count: 16)
    private var used = 0

    var byteCount: Int { slots.capacity * 8 }

    @inline(__always)
    private func start(_ word: UInt64) -> Int { Int(truncatingIfNeeded: word) & (slots.count - 1) }

    @inline(__always)
    func find(_ word: UInt64, isRight: (Int) -> Bool) -> Int? {
        var slot = start(word)
        let tag = word >> 32
        while true {
            let entry = slots[slot]
            if entry == 0 { return nil }
            if entry >> 32 == tag, entry & 0xFFFF_FFFF != 0 {
                let position = Int(entry & 0xFFFF_FFFF) - 1
                if isRight(position) { return position }
            }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    mutating func insert(_ word: UInt64, _ position: Int, word wordAt: (Int) -> UInt64) {
        if (used + 1) * 2 > slots.count { rebuild(slots.count * 2, wordAt) }
        place(word, position)
        used += 1
    }

    private mutating func place(_ word: UInt64, _ position: Int) {
        var slot = start(word)
        while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
        slots[slot] = (word & 0xFFFF_FFFF_0000_0000) | UInt64(position + 1)
    }

    /// Leaves a tombstone (a tag without a position, never zero), so that probing goes on past it.
    mutating func remove(_ word: UInt64, _ position: Int) {
        var slot = start(word)
        while slots[slot] != 0 {
            if slots[slot] & 0xFFFF_FFFF == UInt64(position + 1) {
                slots[slot] = 1 << 32
                return
            }
            slot = (slot + 1) & (slots.count - 1)
        }
    }

    private mutating func rebuild(_ count: Int, _ wordAt: (Int) -> UInt64) {
        let old = slots
        slots = [UInt64](repeating: 0, count: count)
        used = 0
        for entry in old where entry & 0xFFFF_FFFF != 0 {
            let position = Int(entry & 0xFFFF_FFFF) - 1
            place(wordAt(position), position)
            used += 1
        }
    }

    /// Room for `count` positions in all. Only grows an empty table; a filled one grows as it is used.
    mutating func reserve(_ count: Int) {
        guard used == 0 else { return }
        var size = slots.count
        while size < count * 2 { size *= 2 }
        slots = []
        slots.reserveCapacity(size)
        HugePages.wish(for: &slots)
        slots.append(contentsOf: repeatElement(0, count: size))
    }
}

/// Names end to end in one array. A changed name leaves its old bytes behind: rare, and small beside the records.
struct NameArena: Sendable {
    /// Where a name stands.
    struct Place: Sendable {
        let start: UInt32
        let count: UInt32
    }

    private(set) var bytes: [UInt8] = []

    var byteCount: Int { bytes.capacity }

    mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

    mutating func add(_ name: String) -> Place {
        let start = bytes.count
        bytes.append(contentsOf: name.utf8)
        return Place(start: UInt32(start), count: UInt32(bytes.count - start))
    }

    func holds(_ name: String, at place: Place) -> Bool {
        bytes[Int(place.start)..<Int(place.start + place.count)].elementsEqual(name.utf8)
    }
}
