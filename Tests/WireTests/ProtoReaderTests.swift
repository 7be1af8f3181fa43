// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

/// The wire format of Protocol Buffers, read over bytes.
@Suite struct ProtoReaderTests {
    private static func read(_ bytes: [UInt8]) throws -> [ProtoReader.Field] {
        var reader = ProtoReader(Slice(start: 0, end: bytes.count))
        var fields: [ProtoReader.Field] = []
        while let field = try reader.next(bytes.span) { fields.append(field) }
        return fields
    }

    @Test("fields of every kind are read in their order, and unknown ones passed over")
    func kinds() throws {
        // 150 as in the encoding guide, "testing", a message, eight bytes, four bytes.
        let bytes: [UInt8] =
            [0x08, 0x96, 0x01, 0x12, 0x07] + Array("testing".utf8) + [0x1A, 0x03, 0x08, 0x96, 0x01]
            + [0x21, 1, 0, 0, 0, 0, 0, 0, 0x80, 0x2D, 4, 3, 2, 1, 0xF8, 0xFF, 0xFF, 0xFF, 0x0F, 0x00]
        let fields = try Self.read(bytes)
        #expect(fields.map(\.number) == [1, 2, 3, 4, 5, 536_870_911])
        #expect(fields.map(\.number64) == [150, nil, nil, 0x8000_0000_0000_0001, 0x0102_0304, 0])
        #expect(fields[1].slice == Slice(start: 5, end: 12) && fields[2].slice == Slice(start: 14, end: 17))
        #expect(try Self.read([]).isEmpty)
        #expect(try Self.read([0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01])[0].number64 == .max)
    }

    @Test(
        "what is not in the format is refused",
        arguments: [
            [0x08], [0x08, 0x80], [0x12], [0x12, 0x01], [0x12, 0x05, 1, 2, 3, 4], [0x00, 0x00], [0x0B, 0x0C], [0x0C],
            [0x0E, 0x00], [0x0F, 0x00], [0x09, 1, 2, 3], [0x0D, 1, 2, 3], [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F],
            [0x12, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],
            [0x88, 0x80, 0x80, 0x80, 0x80, 0x01, 0],
            [0x08, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],
            [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
        ] as [[UInt8]])
    func malformed(bytes: [UInt8]) {
        #expect(throws: ProtoFault.self) { try Self.read(bytes) }
    }

    @Test("whatever the bytes are, reading ends, and no value reaches beyond them", arguments: 0..<40)
    func random(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0...255, using: &random) : UInt8.random(in: 0...0x22, using: &random)
            }
            var reader = ProtoReader(Slice(start: 0, end: bytes.count))
            var count = 0
            while let field = try? reader.next(bytes.span) {
                count += 1
                if let slice = field.slice { #expect(slice.start <= slice.end && slice.end <= bytes.count) }
                #expect((field.slice == nil) != (field.number64 == nil))
            }
            #expect(count <= bytes.count)
        }
    }
}
