// SPDX-License-Identifier: Apache-2.0

/// Walks the elements of a comma-separated field value (RFC 9110, 5.6.1): trimmed, empty elements skipped.
///
/// It does not know quoted strings, so it is for lists of tokens and addresses only.
@usableFromInline
package struct ListCursor: Sendable {
    @usableFromInline var rest: Slice

    /// Starts before the first element of `value`.
    @inlinable
    package init(_ value: Slice) {
        rest = value
    }

    /// The next element, or nil behind the last.
    @inlinable
    package mutating func next(in bytes: Span<UInt8>) -> Slice? {
        while !rest.isEmpty {
            let end = bytes.firstIndex(of: .comma, in: rest) ?? rest.end
            let element = bytes.trimmed(Slice(start: rest.start, end: end))
            rest.start = min(end + 1, rest.end)
            if !element.isEmpty { return element }
        }
        return nil
    }
}
