// SPDX-License-Identifier: Apache-2.0

/// The line that opens a chunk: its size in hexadecimal and CRLF, in storage of its own, without allocation.
///
/// Behind the content stands `chunkEnd`, behind the last chunk `lastChunk`.
package struct ChunkHeader: Sendable {
    /// CRLF, which ends a chunk's content.
    package static let chunkEnd: StaticString = "\r\n"
    /// The chunk of size 0 with no trailers, which ends the body.
    package static let lastChunk: StaticString = "0\r\n\r\n"

    private var storage = InlineArray<18, UInt8>(repeating: 0)
    /// Length of the line.
    package let count: Int

    /// The line for `size` bytes. Size 0 would end the body: not for chunks with content.
    package init(size: Int) {
        precondition(size >= 0)
        let digits = Swift.max(1, (Int.bitWidth - size.leadingZeroBitCount + 3) / 4)
        count = digits + 2
        for place in 0..<digits {
            let value = UInt8(truncatingIfNeeded: size >> (4 * (digits - 1 - place))) & 0x0f
            storage[place] = value < 10 ? 0x30 + value : 0x57 + value
        }
        storage[digits] = .carriageReturn
        storage[digits + 1] = .lineFeed
    }

    /// Hands the line to `body`.
    package func withBytes<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
        body(storage.span.extracting(0..<count))
    }
}
