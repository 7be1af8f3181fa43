// SPDX-License-Identifier: Apache-2.0

import Secrets

/// Finds the values of one credential in whatever writing, in one pass over the bytes.
///
/// Holds them in the clear until it goes, and wipes them then. Not found, and said to be so: a value under another
/// encoding or encryption, escaped twice, broken by line ends, with only some of its letters and digits escaped, or
/// shorter than six bytes.
///
/// The search skips as Wu and Manber's does (TR 94-17, University of Arizona): it looks at pairs of bytes, and goes on by
/// as many bytes as no writing can end in.
package final class EchoMatcher {
    private var patterns: [EchoPattern] = []
    /// What a whole match has byte for byte, one or two for each pattern.
    private var anchors: [Anchor] = []
    /// Patterns without an anchor, tried everywhere.
    private var loose: [Int] = []
    /// By pair of bytes, how far to go on; 0 where an anchor may end.
    private var skips: [UInt8] = []
    private var window = 0
    private var mayBegin = [Bool](repeating: false, count: 256)
    /// The most bytes that a match can have.
    private(set) var longest = 0

    private struct Anchor {
        let pattern: Int
        var bytes: [UInt8]
    }

    /// A match, or what could become one.
    struct Match {
        let range: Range<Int>
        let form: EchoForm
    }

    /// Of values, looked for in every writing, and of texts that are looked for in base 64's two alphabets only. All
    /// are wiped.
    package init(wiping values: inout [[UInt8]], encoded: inout [[UInt8]]) {
        for value in values {
            for piece in Self.pieces(value) where piece.count >= EchoWritings.shortest {
                patterns += EchoWritings.patterns(of: piece)
            }
        }
        for text in encoded where text.count >= EchoWritings.shortest { patterns.append(EchoPattern(text, .base64)) }
        for index in values.indices { Secret.wipe(&values[index]) }
        for index in encoded.indices { Secret.wipe(&encoded[index]) }
        prepare()
    }

    deinit {
        for index in patterns.indices { patterns[index].wipe() }
        for index in anchors.indices { Secret.wipe(&anchors[index].bytes) }
        Secret.wipe(&skips)
    }

    /// Whether there is nothing to look for.
    package var isEmpty: Bool { patterns.isEmpty }

    private static func pieces(_ value: [UInt8]) -> [[UInt8]] {
        guard value.count > EchoWritings.longestPiece else { return [value] }
        return stride(from: 0, to: value.count, by: EchoWritings.longestPiece).map {
            Array(value[$0..<min($0 + EchoWritings.longestPiece, value.count)])
        }
    }

    private func prepare() {
        for (index, pattern) in patterns.enumerated() {
            longest = max(longest, pattern.longest)
            for byte in 0..<256 where pattern.mayBegin(with: UInt8(byte)) { mayBegin[byte] = true }
            guard pattern.anchor.count >= 2 else {
                loose.append(index)
                continue
            }
            let run = Array(pattern.symbols[pattern.anchor])
            anchors.append(Anchor(pattern: index, bytes: run))
            if case .folded(let form) = pattern.kind {
                anchors.append(Anchor(pattern: index, bytes: Self.raised(run, keepingMark: form == .json)))
            }
        }
        makeSkips()
    }

    /// The digits in upper case; the `u` of an escape stays.
    private static func raised(_ text: [UInt8], keepingMark: Bool) -> [UInt8] {
        text.map { (0x61...0x7A).contains($0) && !(keepingMark && $0 == 0x75) ? $0 & 0xDF : $0 }
    }

    private func makeSkips() {
        window = min(anchors.map(\.bytes.count).min() ?? 0, 255)
        guard window >= 2 else { return }
        skips = [UInt8](repeating: UInt8(window - 1), count: 4096)
        for anchor in anchors {
            for end in 2...window {
                let place = Self.place(anchor.bytes[end - 2], anchor.bytes[end - 1])
                skips[place] = min(skips[place], UInt8(window - end))
            }
        }
    }

    @inline(__always)
    private static func place(_ first: UInt8, _ second: UInt8) -> Int { (Int(first) << 6 ^ Int(second)) & 4095 }

    /// The matches that are whole, in no order; they may overlap.
    func matches(in bytes: Span<UInt8>) -> [Match] {
        var found: [Match] = []
        if !loose.isEmpty { findLoose(bytes, &found) }
        guard window >= 2 else { return found }
        let (window, skips) = (window, skips)
        var end = window
        while end <= bytes.count {
            let skip = skips[Self.place(bytes[end - 2], bytes[end - 1])]
            if skip > 0 {
                end += Int(skip)
            } else {
                look(bytes, at: end - window, &found)
                end += 1
            }
        }
        return found
    }

    private func look(_ bytes: Span<UInt8>, at start: Int, _ found: inout [Match]) {
        for anchor in anchors where start + anchor.bytes.count <= bytes.count {
            guard Self.stands(anchor.bytes, in: bytes, at: start) else { continue }
            // What stands before the anchor may be escaped: a match begins at one of several places.
            let before = patterns[anchor.pattern].anchor.lowerBound
            for first in stride(from: start - before, through: start - before * EchoPattern.longestEscape, by: -1) {
                guard first >= 0 else { break }
                if add(anchor.pattern, bytes, from: first, &found) { break }
            }
        }
    }

    private static func stands(_ text: [UInt8], in bytes: Span<UInt8>, at start: Int) -> Bool {
        for index in 0..<text.count where bytes[start + index] != text[index] { return false }
        return true
    }

    private func findLoose(_ bytes: Span<UInt8>, _ found: inout [Match]) {
        for position in 0..<bytes.count where mayBegin[Int(bytes[position])] {
            for index in loose { _ = add(index, bytes, from: position, &found) }
        }
    }

    private func add(_ index: Int, _ bytes: Span<UInt8>, from first: Int, _ found: inout [Match]) -> Bool {
        guard case .end(let end) = patterns[index].reach(bytes, from: first) else { return false }
        found.append(Match(range: first..<end, form: patterns[index].form(bytes, first..<end)))
        return true
    }

    /// The first offset at which a match could begin that needs more bytes than there are; nil where none could.
    func openStart(in bytes: Span<UInt8>) -> Int? {
        guard longest > 0 else { return nil }
        for position in max(0, bytes.count - longest + 1)..<bytes.count where mayBegin[Int(bytes[position])] {
            for pattern in patterns where pattern.reach(bytes, from: position) == .partial { return position }
        }
        return nil
    }
}

/// It holds a credential.
extension EchoMatcher: CustomReflectable {
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}
