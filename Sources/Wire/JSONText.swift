// SPDX-License-Identifier: Apache-2.0

/// A string in a JSON text, already checked: UTF-8, no control bytes, whole escapes.
@usableFromInline
package struct JSONText: Sendable, Equatable {
    /// What stands between the quotes, escapes as written.
    @usableFromInline package let slice: Slice
    /// Whether there are escapes. If not, `slice` is the string.
    @usableFromInline package let hasEscapes: Bool

    /// Whether the string is `text` once escapes are resolved. Does not allocate.
    @inlinable
    package func equals(_ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        hasEscapes ? equalsUnescaped(text, in: bytes) : bytes.equals(slice, text)
    }

    /// The string's bytes with escapes resolved. Allocates.
    package func unescaped(in bytes: Span<UInt8>) -> [UInt8] {
        guard hasEscapes else { return bytes.copy(slice) }
        var result: [UInt8] = []
        result.reserveCapacity(slice.count)
        var cursor = JSONTextCursor(self)
        while let byte = cursor.next(in: bytes) { result.append(byte) }
        return result
    }

    /// The string. Allocates.
    package func string(in bytes: Span<UInt8>) -> String {
        String(decoding: unescaped(in: bytes), as: UTF8.self)
    }

    @usableFromInline
    func equalsUnescaped(_ text: StaticString, in bytes: Span<UInt8>) -> Bool {
        var cursor = JSONTextCursor(self)
        for index in 0..<text.utf8CodeUnitCount where cursor.next(in: bytes) != text.byte(at: index) { return false }
        return cursor.next(in: bytes) == nil
    }

    /// Whether both are the same string once escapes are resolved.
    func isSame(as other: JSONText, in bytes: Span<UInt8>) -> Bool {
        guard hasEscapes || other.hasEscapes else { return bytes.equals(slice, other.slice) }
        var mine = JSONTextCursor(self)
        var theirs = JSONTextCursor(other)
        while let byte = mine.next(in: bytes) {
            guard byte == theirs.next(in: bytes) else { return false }
        }
        return theirs.next(in: bytes) == nil
    }

    /// Equal strings have equal hashes, whatever their escapes; seeded anew in each process.
    func hash(in bytes: Span<UInt8>) -> Int {
        var hasher = Hasher()
        var cursor = JSONTextCursor(self)
        while let byte = cursor.next(in: bytes) { hasher.combine(byte) }
        return hasher.finalize()
    }
}
