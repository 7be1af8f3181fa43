// SPDX-License-Identifier: Apache-2.0

/// What a call needs: one scope, or several joined with `AND`, `OR` and parentheses, `AND` binding tighter.
///
/// Decided while it is read, over the bytes of the request: no tree, no allocation. At most 1,000 bytes and 16
/// parentheses deep.
package struct ScopeQuery: ~Copyable {
    /// What reading a query can end in.
    package enum Outcome: Equatable, Sendable { case held, missing, unreadable }

    private static let longest = 1000
    private static let deepest = 16

    /// Decides the query at `range` of `bytes` for a key that holds `scopes`.
    package static func decide(_ scopes: borrowing ScopeSet, _ bytes: Span<UInt8>, _ range: Range<Int>) -> Outcome {
        guard range.count <= longest else { return .unreadable }
        var position = range.lowerBound
        guard let held = either(scopes, bytes, range.upperBound, &position, 0), position == range.upperBound else {
            return .unreadable
        }
        return held ? .held : .missing
    }

    /// Whether a query can be read at all.
    package static func isReadable(_ bytes: [UInt8]) -> Bool {
        decide(ScopeSet([]), bytes.span, 0..<bytes.count) != .unreadable
    }

    /// Whether what stands at `range` is one scope and nothing else. Allocates nothing.
    package static func isScope(_ bytes: Span<UInt8>, _ range: Range<Int>) -> Bool {
        var position = range.lowerBound
        guard part(bytes, range.upperBound, &position), position < range.upperBound, bytes[position] == 0x3A else {
            return false
        }
        position += 1
        return part(bytes, range.upperBound, &position) && position == range.upperBound
    }

    private static func either(
        _ scopes: borrowing ScopeSet, _ bytes: Span<UInt8>, _ end: Int, _ position: inout Int, _ depth: Int
    ) -> Bool? {
        guard var held = both(scopes, bytes, end, &position, depth) else { return nil }
        while word("OR", bytes, end, &position) {
            guard let next = both(scopes, bytes, end, &position, depth) else { return nil }
            held = next || held
        }
        return held
    }

    private static func both(
        _ scopes: borrowing ScopeSet, _ bytes: Span<UInt8>, _ end: Int, _ position: inout Int, _ depth: Int
    ) -> Bool? {
        guard var held = single(scopes, bytes, end, &position, depth) else { return nil }
        while word("AND", bytes, end, &position) {
            guard let next = single(scopes, bytes, end, &position, depth) else { return nil }
            held = next && held
        }
        return held
    }

    private static func single(
        _ scopes: borrowing ScopeSet, _ bytes: Span<UInt8>, _ end: Int, _ position: inout Int, _ depth: Int
    ) -> Bool? {
        skipSpaces(bytes, end, &position)
        guard position < end else { return nil }
        if bytes[position] == 0x28 {
            guard depth < deepest else { return nil }
            position += 1
            guard let held = either(scopes, bytes, end, &position, depth + 1), position < end, bytes[position] == 0x29
            else {
                return nil
            }
            position += 1
            skipSpaces(bytes, end, &position)
            return held
        }
        return scope(scopes, bytes, end, &position)
    }

    private static func scope(
        _ scopes: borrowing ScopeSet, _ bytes: Span<UInt8>, _ end: Int, _ position: inout Int
    ) -> Bool? {
        let start = position
        guard part(bytes, end, &position), position < end, bytes[position] == 0x3A else { return nil }
        let colon = position
        position += 1
        guard part(bytes, end, &position) else { return nil }
        let held = scopes.covers(bytes, start..<position, colon: colon)
        skipSpaces(bytes, end, &position)
        return held
    }

    /// `*`, or 1 to 64 bytes that may stand in a part.
    private static func part(_ bytes: Span<UInt8>, _ end: Int, _ position: inout Int) -> Bool {
        let start = position
        if position < end, bytes[position] == 0x2A {
            position += 1
            return true
        }
        while position < end, Scope.isPartByte(bytes[position]) { position += 1 }
        return position > start && position - start <= 64
    }

    /// Takes `text` if it stands here and a space or parenthesis follows.
    private static func word(_ text: StaticString, _ bytes: Span<UInt8>, _ end: Int, _ position: inout Int) -> Bool {
        let count = text.utf8CodeUnitCount
        guard position + count < end else { return false }
        for offset in 0..<count where unsafe text.utf8Start[offset] != bytes[position + offset] { return false }
        guard bytes[position + count] == 0x20 || bytes[position + count] == 0x28 else { return false }
        position += count
        return true
    }

    private static func skipSpaces(_ bytes: Span<UInt8>, _ end: Int, _ position: inout Int) {
        while position < end, bytes[position] == 0x20 { position += 1 }
    }
}
