// SPDX-License-Identifier: Apache-2.0

/// Comparing and reading a slice of a message. A slice that reaches beyond the bytes stops the program; it never
/// reads on.
extension Span where Element == UInt8 {
    /// Whether the bytes are exactly `text`.
    @inlinable
    package func equals(_ slice: Slice, _ text: StaticString) -> Bool {
        guard slice.count == text.utf8CodeUnitCount else { return false }
        for index in 0..<slice.count where self[slice.start + index] != text.byte(at: index) { return false }
        return true
    }

    /// Whether the bytes are exactly `text`.
    @inlinable
    package func equals(_ slice: Slice, _ text: [UInt8]) -> Bool {
        guard slice.count == text.count else { return false }
        for index in 0..<slice.count where self[slice.start + index] != text[index] { return false }
        return true
    }

    /// Whether both slices hold the same bytes.
    @inlinable
    package func equals(_ slice: Slice, _ other: Slice) -> Bool {
        guard slice.count == other.count else { return false }
        for index in 0..<slice.count where self[slice.start + index] != self[other.start + index] { return false }
        return true
    }

    /// Whether the bytes are `text` when ASCII case is ignored; `text` must be given in lower case.
    @inlinable
    package func equalsIgnoringCase(_ slice: Slice, _ text: StaticString) -> Bool {
        slice.count == text.utf8CodeUnitCount && startsIgnoringCase(slice, with: text)
    }

    /// Whether both slices hold the same bytes when ASCII case is ignored.
    @inlinable
    package func equalsIgnoringCase(_ slice: Slice, _ other: Slice) -> Bool {
        guard slice.count == other.count else { return false }
        for index in 0..<slice.count
        where self[slice.start + index].lowercased != self[other.start + index].lowercased { return false }
        return true
    }

    /// Whether the bytes begin with `text` when ASCII case is ignored; `text` must be given in lower case.
    @inlinable
    package func startsIgnoringCase(_ slice: Slice, with text: StaticString) -> Bool {
        guard slice.count >= text.utf8CodeUnitCount else { return false }
        for index in 0..<text.utf8CodeUnitCount
        where self[slice.start + index].lowercased != text.byte(at: index) { return false }
        return true
    }

    /// The slice without spaces and tabs at either end.
    @inlinable
    package func trimmed(_ slice: Slice) -> Slice {
        var rest = slice
        while rest.start < rest.end, self[rest.start].isBlank { rest.start += 1 }
        while rest.start < rest.end, self[rest.end - 1].isBlank { rest.end -= 1 }
        return rest
    }

    /// The offset of the first `byte` inside the slice.
    @inlinable
    package func firstIndex(of byte: UInt8, in slice: Slice) -> Int? {
        for index in slice.start..<slice.end where self[index] == byte { return index }
        return nil
    }

    /// A copy of the bytes. Allocates.
    package func copy(_ slice: Slice) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(slice.count)
        for index in slice.start..<slice.end { bytes.append(self[index]) }
        return bytes
    }

    /// The bytes as text, with U+FFFD for what is not UTF-8. Allocates: for cold paths.
    package func text(_ slice: Slice) -> String {
        String(decoding: copy(slice), as: UTF8.self)
    }
}

extension StaticString {
    /// The byte at `index`, which the caller holds below `utf8CodeUnitCount`.
    @inlinable
    func byte(at index: Int) -> UInt8 {
        // A literal's bytes live as long as the program, and the callers compare lengths first.
        unsafe utf8Start[index]
    }
}
