// SPDX-License-Identifier: Apache-2.0

/// Cuts a head into its lines, remembering how far it has looked, so that a head that comes byte by byte costs no more
/// than one that comes at once.
struct LineScanner: Sendable {
    /// Offset of the line that is being looked for; behind the last line end found.
    private(set) var start = 0
    private var searched = 0

    /// The next line without its CRLF, or nil while its end is not there. Control bytes other than HTAB and line ends
    /// other than CRLF are refused here, as is a line that does not end within the first `limit` bytes of the head.
    mutating func next(_ bytes: Span<UInt8>, limit: Int) throws(HeadFault) -> Slice? {
        let end = Swift.min(bytes.count, limit)
        let index = bytes.endOfText(from: searched, to: end)
        searched = index
        guard index < end else { return try more(end, limit) }
        switch bytes[index] {
        case .carriageReturn: break
        case .lineFeed: throw .bareLineFeed
        default: throw .controlByte
        }
        guard index + 1 < end else { return try more(end, limit) }
        guard bytes[index + 1] == .lineFeed else { throw .bareCarriageReturn }
        let line = Slice(start: start, end: index)
        start = index + 2
        searched = start
        return line
    }

    private func more(_ end: Int, _ limit: Int) throws(HeadFault) -> Slice? {
        guard end < limit else { throw .headTooLarge }
        return nil
    }
}

extension Span where Element == UInt8 {
    /// The offset of the first byte that may not stand in a field value, or `end`.
    ///
    /// Eight bytes at a time: every byte of every head comes through here.
    func endOfText(from start: Int, to end: Int) -> Int {
        precondition(start >= 0 && end <= count)
        var index = start
        while index < end {
            // The precondition holds `end` within the bytes, this condition the word within `end`.
            if index + 8 <= end, unsafe isAllText(bytes.unsafeLoadUnaligned(fromByteOffset: index, as: UInt64.self)) {
                index += 8
            } else if self[index].isText {
                index += 1
            } else {
                break
            }
        }
        return index
    }

    /// Whether none of the eight bytes is below 0x20 or 0x7f; a tab counts as no text here and is left to `isText`.
    private func isAllText(_ word: UInt64) -> Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let below = (word &- ones &* 0x20) & ~word
        let delete = word ^ (ones &* 0x7f)
        return (below | (delete &- ones) & ~delete) & (ones &* 0x80) == 0
    }
}
