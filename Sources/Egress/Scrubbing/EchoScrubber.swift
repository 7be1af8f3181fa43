// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// Replaces a credential's values in the bytes of an answer by as many `*`, so that its length stays true.
///
/// What a stream holds back is only what could be the beginning of a value: at most one byte less than its longest
/// writing (six times its length, at most 12 KiB), longer only where one match overlaps the next.
package struct EchoScrubber {
    private let matcher: EchoMatcher
    private var held = ByteBuffer()
    /// The writing that was found first.
    package private(set) var found: EchoForm?

    /// A scrubber at the beginning of a stream.
    package init(_ matcher: EchoMatcher) { self.matcher = matcher }

    /// Takes the next piece and gives what can be handed on; may be empty. `isLast`: nothing is held back.
    package mutating func scrub(_ piece: ByteBuffer, isLast: Bool = false) -> ByteBuffer {
        var bytes = piece
        if held.readableBytes > 0 {
            held.writeImmutableBuffer(piece)
            bytes = held
            held = ByteBuffer()
        }
        let matches = matcher.matches(in: bytes.readableBytesUInt8Span)
        guard !isLast, let open = matcher.openStart(in: bytes.readableBytesUInt8Span) else {
            replace(matches, in: &bytes)
            return bytes
        }
        let end = Self.cut(before: open, sparing: matches)
        replace(matches.filter { $0.range.upperBound <= end }, in: &bytes)
        let ready = bytes.readSlice(length: end) ?? ByteBuffer()
        held = bytes
        return ready
    }

    /// The stream is over: gives what was held back.
    package mutating func finish() -> ByteBuffer {
        var rest = held
        held = ByteBuffer()
        replace(matcher.matches(in: rest.readableBytesUInt8Span), in: &rest)
        return rest
    }

    /// Replaces what stands in bytes that are there as a whole, from an offset from their reader index on.
    package mutating func scrub(whole bytes: inout ByteBuffer, from start: Int = 0) {
        let matches = matcher.matches(in: bytes.readableBytesUInt8Span.extracting(start...))
        guard !matches.isEmpty else { return }
        bytes.moveReaderIndex(forwardBy: start)
        replace(matches, in: &bytes)
        bytes.moveReaderIndex(to: bytes.readerIndex - start)
    }

    /// A match that reaches into what is held back is held back whole, to be found again with what follows.
    private static func cut(before open: Int, sparing matches: [EchoMatcher.Match]) -> Int {
        var end = open
        for match in matches.sorted(by: { $0.range.lowerBound > $1.range.lowerBound })
        where match.range.upperBound > end {
            end = min(end, match.range.lowerBound)
        }
        return end
    }

    private mutating func replace(_ matches: [EchoMatcher.Match], in bytes: inout ByteBuffer) {
        guard let first = matches.first else { return }
        found = found ?? first.form
        for match in matches {
            bytes.setRepeatingByte(
                UInt8(ascii: "*"), count: match.range.count, at: bytes.readerIndex + match.range.lowerBound)
        }
    }
}
