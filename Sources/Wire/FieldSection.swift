// SPDX-License-Identifier: Apache-2.0

/// The field lines of one head, in the order they were sent (RFC 9112, 5).
///
/// A bit per known name says at once whether it occurs, so that asking for an absent field costs one test.
@usableFromInline
package struct FieldSection: Sendable, RandomAccessCollection {
    @usableFromInline var fields: ContiguousArray<Field> = []
    @usableFromInline var present: UInt64 = 0

    @inlinable package var startIndex: Int { 0 }
    @inlinable package var endIndex: Int { fields.count }
    @inlinable package subscript(index: Int) -> Field { fields[index] }

    /// Whether a field of this name occurs.
    @inlinable
    package func contains(_ name: FieldName) -> Bool {
        present & (1 &<< UInt64(name.rawValue)) != 0
    }

    /// The first field of this name.
    @inlinable
    package func first(_ name: FieldName) -> Field? {
        guard contains(name) else { return nil }
        for field in fields where field.known == name { return field }
        return nil
    }

    /// How many fields have this name.
    @inlinable
    package func count(of name: FieldName) -> Int {
        guard contains(name) else { return 0 }
        var count = 0
        for field in fields where field.known == name { count += 1 }
        return count
    }

    /// Whether any Connection field lists `option` (lower case), such as `close`.
    package func hasConnectionOption(_ option: StaticString, in bytes: Span<UInt8>) -> Bool {
        guard contains(.connection) else { return false }
        for field in fields where field.known == .connection {
            var list = ListCursor(field.value)
            while let element = list.next(in: bytes) {
                if bytes.equalsIgnoringCase(element, option) { return true }
            }
        }
        return false
    }

    /// Whether a Connection field names the field `name`, which then belongs to this hop only and is not forwarded
    /// (RFC 9110, 7.6.1).
    package func isConnectionOption(_ name: Slice, in bytes: Span<UInt8>) -> Bool {
        guard contains(.connection) else { return false }
        for field in fields where field.known == .connection {
            var list = ListCursor(field.value)
            while let element = list.next(in: bytes) {
                if bytes.equalsIgnoringCase(element, name) { return true }
            }
        }
        return false
    }

    /// No fields yet.
    package init() {}

    /// Forgets all fields, keeps the storage.
    package mutating func removeAll() {
        fields.removeAll(keepingCapacity: true)
        present = 0
    }

    /// Adds a field that something else than a head's line tells of. The value is taken without the white space around
    /// it.
    package mutating func append(name: Slice, value: Slice, in bytes: Span<UInt8>) {
        let known = FieldName(of: name, in: bytes)
        present |= 1 &<< UInt64(known.rawValue)
        fields.append(Field(name: name, value: bytes.trimmed(value), known: known))
    }

    /// Reads one line, given without its line end and already free of control bytes.
    mutating func append(_ line: Slice, in bytes: Span<UInt8>, atMost limit: Int) throws(HeadFault) {
        guard fields.count < limit else { throw .tooManyFields }
        var colon = line.start
        while colon < line.end, bytes[colon].isToken { colon += 1 }
        guard colon < line.end, colon > line.start, bytes[colon] == .colon else {
            throw .ofFieldName(line, stoppedAt: colon, in: bytes)
        }
        let name = Slice(start: line.start, end: colon)
        let value = bytes.trimmed(Slice(start: colon + 1, end: line.end))
        let known = FieldName(of: name, in: bytes)
        present |= 1 &<< UInt64(known.rawValue)
        fields.append(Field(name: name, value: value, known: known))
    }
}
