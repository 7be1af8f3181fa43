// SPDX-License-Identifier: Apache-2.0
package import Access
package import Metering

/// What one lane counted since the last flush: dense by record, with the list of records touched.
///
/// An accepted call only notes its record at the end of a short list. The counts of a million keys are in memory that
/// no cache holds, so one at a time each would cost a wait; a whole list settled at once waits for many together.
package struct LaneUse: Sendable {
    /// What the meters showed at the last charge.
    package var tally = Tally()
    private var noted: [Note] = []
    private var counts: [Count] = []
    private var touched: [UInt32] = []

    private struct Note {
        let record: UInt32
        let second: UInt32
    }

    private struct Count {
        var uses: UInt32 = 0
        var second: UInt32 = 0
    }

    private static let notedAtMost = 1024

    init() { noted.reserveCapacity(Self.notedAtMost) }

    /// Counts one accepted call.
    @inline(__always)
    package mutating func count(_ key: KeyPosition, at now: Instant) {
        noted.append(
            Note(record: UInt32(key.record), second: UInt32(truncatingIfNeeded: now.milliseconds / 1000)))
        if noted.count == Self.notedAtMost { settle() }
    }

    /// Counts a decision: who, from where, for what, and how it ended.
    @inline(__always)
    package mutating func record(_ verdict: Verdict, of question: Question, in bytes: Span<UInt8>, at now: Instant) {
        if case .valid(let key) = verdict { count(key, at: now) }
    }

    private mutating func settle() {
        for note in noted {
            let record = Int(note.record)
            if counts[record].uses == 0 { touched.append(note.record) }
            counts[record].uses &+= 1
            counts[record].second = note.second
        }
        noted.removeAll(keepingCapacity: true)
    }

    mutating func grow(to records: Int) {
        guard counts.count < records else { return }
        counts.append(contentsOf: repeatElement(Count(), count: records - counts.count))
    }

    mutating func reserve(_ count: Int) {
        counts.reserveCapacity(counts.count + count)
        HugePages.wish(for: &counts)
    }

    mutating func pending(_ record: Int) -> (uses: UInt32, second: UInt32) {
        settle()
        return record < counts.count ? (counts[record].uses, counts[record].second) : (0, 0)
    }

    mutating func drain(_ body: (Int, UInt32, UInt32) -> Void) {
        settle()
        for record in touched {
            body(Int(record), counts[Int(record)].uses, counts[Int(record)].second)
            counts[Int(record)].uses = 0
        }
        touched.removeAll(keepingCapacity: true)
    }
}
