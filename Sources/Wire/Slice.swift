// SPDX-License-Identifier: Apache-2.0

/// A half-open range of byte offsets into a message that somebody else holds.
///
/// It keeps a parsed head free of copies: it is only meaningful together with the bytes it was read from.
@usableFromInline
package struct Slice: Sendable, Equatable {
    /// Offset of the first byte.
    @usableFromInline package var start: Int
    /// Offset just behind the last byte.
    @usableFromInline package var end: Int

    /// The bytes `start ..< end`; `start` must not lie behind `end`.
    @inlinable
    package init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    /// The empty slice at offset 0.
    @inlinable
    package init() {
        self.init(start: 0, end: 0)
    }

    /// Number of bytes.
    @inlinable
    package var count: Int { end - start }

    /// Whether there is no byte in it.
    @inlinable
    package var isEmpty: Bool { start == end }
}
