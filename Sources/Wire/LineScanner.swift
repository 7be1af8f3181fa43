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
        var index = searched
        while index < end, bytes[index].isText { index += 1 }
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
