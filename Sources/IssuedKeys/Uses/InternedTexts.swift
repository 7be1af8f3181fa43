// SPDX-License-Identifier: Apache-2.0

/// Up to 4,096 texts by place. A text beyond that, or beyond a mebibyte in all, is one of the others.
struct InternedTexts: Sendable {
    private let longest: Int
    private var bytes: [UInt8] = []
    /// Where each text ends in `bytes`; it starts where the one before ends.
    private var ends: [UInt32] = []
    /// Open addressing: a place, or `none`.
    private var slots: [UInt16] = []
    /// The place last seen with a mark, so that what keeps coming is not hashed.
    private var recent = [UInt16](repeating: Interned.none, count: recentCount)

    private static let recentCount = 64
    private static let textsAtMost = 4096
    private static let bytesAtMost = 1 << 20

    /// Texts are cut to `longest` bytes.
    init(longest: Int) { self.longest = longest }

    /// The place of the text at a range; `none` for none.
    @inline(__always)
    mutating func place(of range: Range<Int>?, in message: Span<UInt8>) -> UInt16 {
        guard let range, !range.isEmpty else { return Interned.none }
        let text = message.extracting(range.lowerBound..<min(range.upperBound, range.lowerBound + longest))
        let mark = Self.mark(text)
        let place = recent[mark]
        if place >= Interned.first, equals(place, text) { return place }
        return find(text, mark)
    }

    /// A few bytes of the text, mixed: cheap, and no more than a guess.
    @inline(__always)
    private static func mark(_ text: Span<UInt8>) -> Int {
        let count = text.count
        let some =
            UInt(text[0]) &+ UInt(text[count / 2]) &* 31 &+ UInt(text[count - 1]) &* 61 &+ UInt(text[count / 4]) &* 7
        return Int((some &+ UInt(count) &* 13) % UInt(recentCount))
    }

    @inline(__always)
    private func equals(_ place: UInt16, _ text: Span<UInt8>) -> Bool {
        let range = range(of: place)
        guard range.count == text.count else { return false }
        return bytes.span.extracting(range).isSame(as: text)
    }

    private func range(of place: UInt16) -> Range<Int> {
        let index = Int(place - Interned.first)
        return (index == 0 ? 0 : Int(ends[index - 1]))..<Int(ends[index])
    }

    private mutating func find(_ text: Span<UInt8>, _ mark: Int) -> UInt16 {
        if slots.isEmpty { slots = [UInt16](repeating: Interned.none, count: Self.textsAtMost * 2) }
        var slot = text.seededHash & (slots.count - 1)
        while slots[slot] != Interned.none {
            if equals(slots[slot], text) {
                recent[mark] = slots[slot]
                return slots[slot]
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        guard ends.count < Self.textsAtMost, bytes.count + text.count <= Self.bytesAtMost else {
            return Interned.others
        }
        for position in text.indices { bytes.append(text[position]) }
        ends.append(UInt32(bytes.count))
        slots[slot] = Interned.first + UInt16(ends.count - 1)
        recent[mark] = slots[slot]
        return slots[slot]
    }

    /// The bytes at a place; nil for `none` and `others`.
    func bytes(at place: UInt16) -> [UInt8]? {
        place >= Interned.first ? Array(bytes[range(of: place)]) : nil
    }

    /// The text at a place, made printable; nil for `none` and `others`.
    func text(at place: UInt16) -> String? { bytes(at: place).map { PrintableText.of($0, longest: longest) } }
}

extension Span<UInt8> {
    /// The same bytes, of the same number.
    @inline(__always)
    fileprivate func isSame(as other: Span<UInt8>) -> Bool {
        var position = 0
        while position + 8 <= count {
            guard word(at: position) == other.word(at: position) else { return false }
            position += 8
        }
        while position < count {
            guard self[position] == other[position] else { return false }
            position += 1
        }
        return true
    }

    @inline(__always)
    private func word(at position: Int) -> UInt64 {
        precondition(position >= 0 && position + 8 <= count)
        return unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
    }

    /// Seeded anew by each process: whoever chooses the texts cannot choose where they collide.
    fileprivate var seededHash: Int {
        var hasher = Hasher()
        var position = 0
        while position + 8 <= count {
            hasher.combine(word(at: position))
            position += 8
        }
        while position < count {
            hasher.combine(self[position])
            position += 1
        }
        return hasher.finalize() & Int.max
    }
}
