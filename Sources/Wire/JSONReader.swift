// SPDX-License-Identifier: Apache-2.0

/// Reads a JSON text piece by piece, strictly (RFC 8259): UTF-8 without a byte order mark, no name twice in one object
/// (compared after unescaping), at most 32 levels, nothing behind the value.
///
/// It holds no bytes: give the same ones to every call. It allocates only to remember names for the search for doubles,
/// and keeps that storage over `reset()`. An object of up to 16 members is searched as it is read; a larger one at its
/// end, by sorted hashes, so that many names cost no more than n log n. So: use nothing before the text was read whole.
package struct JSONReader: Sendable {
    /// Containers within containers.
    package static let depthLimit = 32
    static let namesComparedAtOnce = 16

    enum Expectation {
        case value, firstElement, firstName, name, separator, nothing
    }

    struct Level {
        var isObject = false
        /// Where this object's names begin in `names`.
        var firstName = 0
        /// An array's element that was read last or is about to be.
        var element = 0
    }

    /// Offset of the next byte to look at.
    package internal(set) var offset = 0
    var expectation = Expectation.value
    var depth = 0
    var levels = InlineArray<32, Level>(repeating: Level())
    var names: ContiguousArray<JSONText> = []

    /// A reader before the first byte.
    package init() {}

    /// Starts over for another text, keeping the storage.
    package mutating func reset() {
        offset = 0
        expectation = .value
        depth = 0
        names.removeAll(keepingCapacity: true)
    }

    /// The next piece; `end` once the text is whole, also when asked again. After a fault the reader is of no more use.
    package mutating func next(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
        let byte = try peek(bytes)
        switch (expectation, byte) {
        case (.nothing, nil): return .end
        case (.nothing, _): throw fault(.trailingBytes, offset, bytes)
        case (_, nil): throw fault(.unexpectedEnd, offset, bytes)
        case (.firstElement, 0x5d), (.separator, 0x5d): return try closeArray(bytes)
        case (.firstName, 0x7d), (.separator, 0x7d): return try closeObject(bytes)
        case (.separator, UInt8.comma):
            try separate(bytes)
            return try next(bytes)
        case (.firstName, UInt8.quote), (.name, UInt8.quote): return .name(try readName(bytes))
        case (.value, let byte?), (.firstElement, let byte?): return try readValue(byte, bytes)
        default: throw fault(.unexpectedByte, offset, bytes)
        }
    }

    /// The next byte that is not white space, which stays unread.
    mutating func peek(_ bytes: Span<UInt8>) throws(JSONFault) -> UInt8? {
        while offset < bytes.count {
            let byte = bytes[offset]
            guard byte.isBlank || byte == .lineFeed || byte == .carriageReturn else {
                if byte == 0xef, offset == 0 { throw fault(.byteOrderMark, 0, bytes) }
                return byte
            }
            offset += 1
        }
        return nil
    }

    mutating func separate(_ bytes: Span<UInt8>) throws(JSONFault) {
        offset += 1
        if levels[depth - 1].isObject {
            expectation = .name
        } else {
            levels[depth - 1].element += 1
            expectation = .value
        }
    }

    private mutating func readValue(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
        switch byte {
        case 0x7b: return try open(isObject: true, bytes)
        case 0x5b: return try open(isObject: false, bytes)
        default: break
        }
        do throws(JSONScanFault) {
            let token = try readScalar(byte, bytes)
            expectation = depth == 0 ? .nothing : .separator
            return token
        } catch {
            throw fault(error.code, error.offset, bytes)
        }
    }

    private mutating func readScalar(_ byte: UInt8, _ bytes: Span<UInt8>) throws(JSONScanFault) -> JSONToken {
        switch byte {
        case .quote:
            let text = try bytes.scanString(at: offset)
            offset = text.slice.end + 1
            return .string(text)
        case 0x2d, 0x30...0x39:
            let number = try bytes.scanNumber(at: offset)
            offset = number.slice.end
            return .number(number)
        case 0x74:
            offset = try bytes.scanLiteral("true", at: offset)
            return .bool(true)
        case 0x66:
            offset = try bytes.scanLiteral("false", at: offset)
            return .bool(false)
        case 0x6e:
            offset = try bytes.scanLiteral("null", at: offset)
            return .null
        default:
            throw JSONScanFault(.unexpectedByte, offset)
        }
    }

    private mutating func open(isObject: Bool, _ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
        guard depth < Self.depthLimit else { throw fault(.tooDeep, offset, bytes) }
        levels[depth] = Level(isObject: isObject, firstName: names.count)
        depth += 1
        offset += 1
        expectation = isObject ? .firstName : .firstElement
        return isObject ? .objectStart : .arrayStart
    }

    private mutating func closeArray(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
        guard !levels[depth - 1].isObject else { throw fault(.unexpectedByte, offset, bytes) }
        close()
        return .arrayEnd
    }

    private mutating func closeObject(_ bytes: Span<UInt8>) throws(JSONFault) -> JSONToken {
        guard levels[depth - 1].isObject else { throw fault(.unexpectedByte, offset, bytes) }
        try checkManyNames(bytes)
        names.removeSubrange(levels[depth - 1].firstName...)
        close()
        return .objectEnd
    }

    private mutating func close() {
        depth -= 1
        offset += 1
        expectation = depth == 0 ? .nothing : .separator
    }
}
