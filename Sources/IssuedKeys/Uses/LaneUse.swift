// SPDX-License-Identifier: Apache-2.0
package import Access
package import Metering

/// What one lane counted since the last flush: who used what, from where, for what, and how it ended.
///
/// A decision only appends a short note. What a million keys counted is in memory that no cache holds, so one at a
/// time each would cost a wait; a whole list settled at once waits for many together. Nothing is allocated for a call
/// whose texts were seen before.
package struct LaneUse: Sendable {
    /// What the meters showed at the last charge.
    package var tally = Tally()
    private var notes: [UseNote] = []
    private var tagNotes: [TagNote] = []
    private var table = UseTable()
    private var words = UseWords()

    private static let notesAtMost = 512

    init() { notes.reserveCapacity(Self.notesAtMost) }

    /// Counts one accepted call of which nothing else is known.
    @inline(__always)
    package mutating func count(_ key: KeyPosition, at now: Instant) {
        add(UseNote(key, .valid, cost: 1, at: now))
    }

    /// Counts a decision: who, from where, for what, and how it ended. One on no known key is nobody's use.
    @inline(__always)
    package mutating func record(_ verdict: Verdict, of question: Question, in bytes: Span<UInt8>, at now: Instant) {
        guard let key = verdict.key else { return }
        let isAccepted = verdict.code == .valid
        var note = UseNote(key, verdict.code, cost: isAccepted ? question.cost : 0, at: now)
        note.address = words.addresses.place(of: question.address)
        note.agent = words.agents.place(of: question.userAgent, in: bytes)
        if isAccepted { note.need = words.needs.place(of: question.scopes, in: bytes) }
        if !question.tags.isEmpty { noteTags(question.tags, in: bytes) }
        add(note)
    }

    /// Counts accepted calls that were decided elsewhere.
    mutating func record(
        _ times: UInt32, of key: KeyPosition, _ question: Question, in bytes: Span<UInt8>, at now: Instant
    ) {
        var note = UseNote(key, .valid, cost: Int64(times), at: now)
        note.address = words.addresses.place(of: question.address)
        note.agent = words.agents.place(of: question.userAgent, in: bytes)
        note.need = words.needs.place(of: question.scopes, in: bytes)
        settle()
        table.add(note, times: times)
    }

    @inline(__always)
    private mutating func add(_ note: UseNote) {
        notes.append(note)
        if notes.count == Self.notesAtMost { settle() }
    }

    private mutating func noteTags(_ tags: [Range<Int>], in bytes: Span<UInt8>) {
        for tag in tags where !tag.isEmpty {
            tagNotes.append(TagNote(note: UInt32(notes.count), tag: words.tags.place(of: tag, in: bytes)))
        }
    }

    private mutating func settle() {
        table.add(notes, tagNotes)
        notes.removeAll(keepingCapacity: true)
        tagNotes.removeAll(keepingCapacity: true)
    }

    mutating func grow(to records: Int) { table.grow(to: records) }

    mutating func reserve(_ count: Int) { table.reserve(count) }

    /// What is counted of one record and not taken yet: accepted calls, the second of the last one, and its visitor.
    mutating func pending(_ record: Int) -> (uses: UInt32, second: UInt32, visitor: Visitor) {
        settle()
        let (uses, last) = table.accepted(record)
        guard let last else { return (0, 0, Visitor()) }
        return (uses, last.second, words.visitor(last.address, last.agent))
    }

    /// Gives away everything that was counted, in time that does not grow with how much it is.
    mutating func take() -> (counted: UseTable.Counted, words: UseWords) {
        settle()
        defer { words = UseWords() }
        return (table.take(), words)
    }
}

/// One decision, on its way into the table. Words stand as their places in ``UseWords``.
struct UseNote: Sendable {
    let record: UInt32
    let second: UInt32
    var address = Interned.none
    var agent = Interned.none
    var need = Interned.none
    let code: VerdictCode
    let isRetiring: Bool
    let cost: Int64

    @inline(__always)
    init(_ key: KeyPosition, _ code: VerdictCode, cost: Int64, at now: Instant) {
        record = UInt32(key.record)
        second = UInt32(truncatingIfNeeded: max(0, now.milliseconds) / 1000)
        self.code = code
        isRetiring = key.isRetiring
        self.cost = cost
    }
}

/// A tag of the note at a position.
struct TagNote: Sendable {
    let note: UInt32
    let tag: UInt16
}
