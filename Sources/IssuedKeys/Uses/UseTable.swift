// SPDX-License-Identifier: Apache-2.0

/// Counts by record, minute and code, with what goes beside them. Memory grows with what was used, four bytes for each
/// secret that was not.
struct UseTable: Sendable {
    /// The number of a record's newest entry; below `firstEntry` it is from before the last ``take()``, which thereby
    /// need not visit them.
    private var newest: [UInt32] = []
    private var firstEntry: UInt32 = 1
    private var counted = Counted()

    /// All that was counted of one record in one minute with one code. Of 32 bytes, so that it lies in one cache line.
    struct Entry: Sendable {
        let record: UInt32
        /// The number of the record's entry before, if that is not from before the last ``take()``.
        let earlier: UInt32
        /// Of the last use.
        private(set) var second: UInt32
        private(set) var uses: UInt32 = 0
        private(set) var cost: Int64 = 0
        private(set) var address = Interned.none
        private(set) var agent = Interned.none
        private(set) var need = Interned.none
        let code: VerdictCode

        var minute: UInt32 { second / 60 }

        init(for note: UseNote, earlier: UInt32) {
            record = note.record
            self.earlier = earlier
            second = note.second
            need = note.need
            code = note.code
        }

        /// Adds one use; the latest tells the visitor.
        @inline(__always)
        mutating func add(_ note: UseNote) {
            uses &+= 1
            cost.addWithoutOverflow(note.cost)
            need = note.need
            guard note.second >= second else { return }
            second = note.second
            address = note.address
            agent = note.agent
        }

        /// So many more uses, whose cost is counted.
        mutating func addMore(_ times: UInt32) { uses &+= times }
    }

    /// What ``take()`` gives away.
    struct Counted: Sendable {
        var entries: [Entry] = []
        /// By record and need: the minute of the last time. An entry's last need is not among them.
        var needs: [UInt64: UInt32] = [:]
        /// By entry and tag.
        var tags: [UInt64: Sum] = [:]
        /// By record, address and agent: uses of a retiring secret.
        var stragglers: [UInt64: Straggler] = [:]
    }

    struct Sum: Sendable {
        var uses: UInt32 = 0
        var cost: Int64 = 0
    }

    struct Straggler: Sendable {
        var uses: UInt32
        var first: UInt32
        var last: UInt32
    }

    static let tagsAtMost = 65_536
    static let stragglersAtMost = 4096
    static let needsAtMost = 65_536

    mutating func grow(to records: Int) {
        guard newest.count < records else { return }
        newest.append(contentsOf: repeatElement(0, count: records - newest.count))
    }

    mutating func reserve(_ count: Int) {
        newest.reserveCapacity(newest.count + count)
        HugePages.wish(for: &newest)
    }

    /// Adds notes in their order, and the tags of some of them, in the same order.
    mutating func add(_ notes: [UseNote], _ tagNotes: [TagNote]) {
        var tag = 0
        for (position, note) in notes.enumerated() {
            let entry = entry(for: note)
            add(note, to: entry)
            while tag < tagNotes.count, tagNotes[tag].note == position {
                add(note, to: entry, tag: tagNotes[tag].tag)
                tag += 1
            }
        }
    }

    /// Adds a note that stands for several uses; its cost is that of all.
    mutating func add(_ note: UseNote, times: UInt32) {
        let entry = entry(for: note)
        add(note, to: entry)
        counted.entries[entry].addMore(times &- 1)
    }

    @inline(__always)
    private mutating func entry(for note: UseNote) -> Int {
        let minute = note.second / 60
        var number = newest[Int(note.record)]
        while number >= firstEntry {
            let position = Int(number - firstEntry)
            if counted.entries[position].minute == minute, counted.entries[position].code == note.code {
                return position
            }
            number = counted.entries[position].earlier
        }
        return append(Entry(for: note, earlier: newest[Int(note.record)]))
    }

    private mutating func append(_ entry: Entry) -> Int {
        let position = counted.entries.count
        newest[Int(entry.record)] = firstEntry + UInt32(position)
        counted.entries.append(entry)
        return position
    }

    @inline(__always)
    private mutating func add(_ note: UseNote, to position: Int) {
        if counted.entries[position].need != note.need { keepNeed(of: counted.entries[position]) }
        counted.entries[position].add(note)
        if note.isRetiring { addStraggler(note) }
    }

    /// An entry shows its last need only; the one before is kept beside.
    private mutating func keepNeed(of entry: Entry) {
        guard entry.code == .valid else { return }
        var key = UInt64(entry.record) << 16 | UInt64(entry.need)
        if counted.needs.count >= Self.needsAtMost, counted.needs[key] == nil {
            key = UInt64(entry.record) << 16 | UInt64(Interned.others)
        }
        counted.needs[key] = max(counted.needs[key] ?? 0, entry.minute)
    }

    private mutating func add(_ note: UseNote, to position: Int, tag: UInt16) {
        var key = UInt64(position) << 16 | UInt64(tag)
        if counted.tags.count >= Self.tagsAtMost, counted.tags[key] == nil {
            key = UInt64(position) << 16 | UInt64(Interned.others)
        }
        counted.tags[key, default: Sum()].uses &+= 1
        counted.tags[key, default: Sum()].cost.addWithoutOverflow(note.cost)
    }

    private mutating func addStraggler(_ note: UseNote) {
        var key = UInt64(note.record) << 32 | UInt64(note.address) << 16 | UInt64(note.agent)
        if counted.stragglers.count >= Self.stragglersAtMost, counted.stragglers[key] == nil {
            key = UInt64(note.record) << 32 | UInt64(Interned.others) << 16 | UInt64(Interned.others)
        }
        guard let known = counted.stragglers[key] else {
            counted.stragglers[key] = Straggler(uses: 1, first: note.second, last: note.second)
            return
        }
        counted.stragglers[key] = Straggler(
            uses: known.uses &+ 1, first: min(known.first, note.second), last: max(known.last, note.second))
    }

    /// Accepted calls of a record, and the entry of the last one.
    func accepted(_ record: Int) -> (uses: UInt32, last: Entry?) {
        guard record < newest.count else { return (0, nil) }
        var uses: UInt32 = 0
        var last: Entry?
        var number = newest[record]
        while number >= firstEntry {
            let entry = counted.entries[Int(number - firstEntry)]
            if entry.code == .valid {
                uses &+= entry.uses
                if (last?.second ?? 0) <= entry.second { last = entry }
            }
            number = entry.earlier
        }
        return (uses, last)
    }

    /// Gives away everything; what follows counts from nothing.
    mutating func take() -> Counted {
        defer {
            let usual = counted.entries.count
            counted = Counted()
            counted.entries.reserveCapacity(usual)
        }
        let (next, overflow) = firstEntry.addingReportingOverflow(UInt32(counted.entries.count))
        // Half of the numbers are left for what is counted until the next time.
        if overflow || next > UInt32.max / 2 {
            for position in newest.indices { newest[position] = 0 }
            firstEntry = 1
        } else {
            firstEntry = next
        }
        return counted
    }
}

extension Int64 {
    /// The sum, or the highest number there is.
    func addingWithoutOverflow(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? .max : sum
    }

    mutating func addWithoutOverflow(_ other: Int64) { self = addingWithoutOverflow(other) }
}
