// SPDX-License-Identifier: Apache-2.0

/// Why a header block cannot be read. The tables of both sides are apart from then on: the connection must end.
package enum HeaderBlockFault: Error, Sendable, Equatable {
    /// Against RFC 7541.
    case malformed
    /// More than is taken in one block.
    case tooLarge
}

/// Reads header blocks (HPACK, RFC 7541). One for each connection and direction; blocks in the order they came.
package struct HeaderDecoder: Sendable {
    /// The most that one block may decode to, as SETTINGS_MAX_HEADER_LIST_SIZE counts it.
    package static let listLimit = 16_384

    /// A field of the block read last, as ranges of `text`.
    package struct Field: Sendable, Equatable {
        package let name: Slice
        package let value: Slice
    }

    /// The names and values of the block read last.
    package private(set) var text: [UInt8] = []
    /// The fields of the block read last, in their order.
    package private(set) var fields: [Field] = []
    private var table = HeaderTable()
    private var listSize = 0
    private var position = 0
    private var end = 0

    /// A decoder before its first block.
    package init() {}

    /// Changes when a block changed the table: the same bytes may mean something else then.
    package var generation: Int { table.generation }

    /// Reads the block at `slice`.
    package mutating func read(_ bytes: Span<UInt8>, _ slice: Slice) throws(HeaderBlockFault) {
        text.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
        (listSize, position, end) = (0, slice.start, slice.end)
        // Only before the first field may the size change (RFC 7541, 4.2).
        while position < end, bytes[position] & 0xE0 == 0x20 {
            guard table.resize(try integer(bytes, prefix: 5)) else { throw .malformed }
        }
        while position < end { try readField(bytes) }
    }

    private mutating func readField(_ bytes: Span<UInt8>) throws(HeaderBlockFault) {
        let byte = bytes[position]
        if byte & 0x80 != 0 {
            guard let entry = table.entry(try integer(bytes, prefix: 7)) else { throw .malformed }
            let name = append(entry.name)
            return try note(name, append(entry.value))
        }
        guard byte & 0xE0 != 0x20 else { throw .malformed }
        let isKept = byte & 0x40 != 0
        let index = try integer(bytes, prefix: isKept ? 6 : 4)
        let name: Slice
        if index == 0 {
            name = try string(bytes)
        } else {
            guard let entry = table.entry(index) else { throw .malformed }
            name = append(entry.name)
        }
        let value = try string(bytes)
        try note(name, value)
        if isKept { table.add(HeaderTable.Entry(Array(text[name]), Array(text[value]))) }
    }

    private mutating func note(_ name: Slice, _ value: Slice) throws(HeaderBlockFault) {
        listSize += name.count + value.count + HeaderTable.overhead
        guard listSize <= Self.listLimit else { throw .tooLarge }
        fields.append(Field(name: name, value: value))
    }

    private mutating func append(_ bytes: [UInt8]) -> Slice {
        let start = text.count
        text.append(contentsOf: bytes)
        return Slice(start: start, end: text.count)
    }

    /// A number behind a prefix of so many bits (RFC 7541, 5.1); nothing here is larger than 28 bits.
    private mutating func integer(_ bytes: Span<UInt8>, prefix: Int) throws(HeaderBlockFault) -> Int {
        let mask = (1 << prefix) - 1
        var value = Int(bytes[position]) & mask
        position += 1
        guard value == mask else { return value }
        for shift in stride(from: 0, to: 28, by: 7) {
            guard position < end else { throw .malformed }
            let byte = Int(bytes[position])
            position += 1
            value += (byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw .malformed
    }

    /// A string, Huffman-coded or plain (RFC 7541, 5.2).
    private mutating func string(_ bytes: Span<UInt8>) throws(HeaderBlockFault) -> Slice {
        guard position < end else { throw .malformed }
        let isCoded = bytes[position] & 0x80 != 0
        let count = try integer(bytes, prefix: 7)
        guard count <= end - position else { throw .malformed }
        let slice = Slice(start: position, end: position + count)
        position += count
        let start = text.count
        if isCoded {
            guard HeaderHuffman.decode(bytes, slice, into: &text) else { throw .malformed }
        } else {
            for offset in slice.start..<slice.end { text.append(bytes[offset]) }
        }
        guard text.count - start <= Self.listLimit else { throw .tooLarge }
        return Slice(start: start, end: text.count)
    }
}

extension Array where Element == UInt8 {
    fileprivate subscript(slice: Slice) -> ArraySlice<UInt8> { self[slice.start..<slice.end] }
}
