// SPDX-License-Identifier: Apache-2.0
import Testing
import Wire

/// HPACK against the examples of RFC 7541, appendix C, and against what must not be.
@Suite struct HeaderDecoderTests {
    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = hex.filter { $0 != " " }.map { UInt8($0.hexDigitValue ?? 0) }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    private static func read(_ decoder: inout HeaderDecoder, _ block: [UInt8]) throws -> [String] {
        try decoder.read(block.span, Slice(start: 0, end: block.count))
        return decoder.fields.map { field in
            let text = decoder.text
            return String(decoding: text[field.name.start..<field.name.end], as: UTF8.self) + "="
                + String(decoding: text[field.value.start..<field.value.end], as: UTF8.self)
        }
    }

    @Test("single fields of appendix C.2")
    func single() throws {
        var decoder = HeaderDecoder()
        #expect(
            try Self.read(&decoder, Self.bytes("400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572"))
                == ["custom-key=custom-header"])
        #expect(try Self.read(&decoder, [0xBE]) == ["custom-key=custom-header"])
        #expect(try Self.read(&decoder, Self.bytes("040c 2f73 616d 706c 652f 7061 7468")) == [":path=/sample/path"])
        #expect(
            try Self.read(&decoder, Self.bytes("1008 7061 7373 776f 7264 0673 6563 7265 74")) == ["password=secret"])
        #expect(try Self.read(&decoder, [0x82]) == [":method=GET"])
    }

    @Test(
        "three requests over one table, plain and Huffman-coded, of appendices C.3 and C.4",
        arguments: [
            [
                "8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d", "8286 84be 5808 6e6f 2d63 6163 6865",
                "8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65",
            ],
            [
                "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff", "8286 84be 5886 a8eb 1064 9cbf",
                "8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf",
            ],
        ])
    func requests(blocks: [String]) throws {
        var decoder = HeaderDecoder()
        let first = [":method=GET", ":scheme=http", ":path=/", ":authority=www.example.com"]
        #expect(try Self.read(&decoder, Self.bytes(blocks[0])) == first)
        #expect(try Self.read(&decoder, Self.bytes(blocks[1])) == first + ["cache-control=no-cache"])
        let generation = decoder.generation
        #expect(
            try Self.read(&decoder, Self.bytes(blocks[2])) == [
                ":method=GET", ":scheme=https", ":path=/index.html", ":authority=www.example.com",
                "custom-key=custom-value",
            ])
        #expect(decoder.generation != generation)
    }

    @Test("the table forgets the oldest where it is full, and shrinks when it is told to")
    func eviction() throws {
        var decoder = HeaderDecoder()
        // 60 entries of 36 bytes and more fill some; after a size of 72 only two are left.
        for number in 0..<60 {
            _ = try Self.read(&decoder, [0x40, 2, 0x61, 0x62, 2, 0x30 + UInt8(number / 10), 0x30 + UInt8(number % 10)])
        }
        #expect(try Self.read(&decoder, [0xBE]) == ["ab=59"])
        #expect(try Self.read(&decoder, [0xF9]) == ["ab=00"])
        #expect(try Self.read(&decoder, [0x3F, 72 - 31, 0xBF]) == ["ab=58"])
        #expect(throws: HeaderBlockFault.malformed) { try Self.read(&decoder, [0xC0]) }
        var other = HeaderDecoder()
        _ = try Self.read(&other, [0x40, 1, 0x61, 1, 0x62])
        #expect(try Self.read(&other, [0x20, 0x82]) == [":method=GET"])
        #expect(throws: HeaderBlockFault.malformed) { try Self.read(&other, [0xBE]) }
    }

    @Test(
        "what RFC 7541 does not allow is refused",
        arguments: [
            [0x80], [0xBE], [0xFF], [0xFF, 0x80, 0x80, 0x80, 0x80, 0x01], [0x00], [0x00, 0x01], [0x00, 0x01, 0x61],
            [0x00, 0x02, 0x61], [0x41], [0x7F, 0x00, 0x00], [0x82, 0x20], [0x3F, 0xE2, 0x1F],
            // Padding of eight ones, padding of zeros, and the end of string.
            [0x00, 0x01, 0x61, 0x82, 0x1F, 0xFF], [0x00, 0x01, 0x61, 0x81, 0x18],
            [0x00, 0x01, 0x61, 0x84, 0xFF, 0xFF, 0xFF, 0xFF],
        ] as [[UInt8]])
    func malformed(block: [UInt8]) {
        var decoder = HeaderDecoder()
        #expect(throws: HeaderBlockFault.malformed) { try Self.read(&decoder, block) }
    }

    @Test("a small block that decodes to much is refused before it takes the memory")
    func bomb() throws {
        var decoder = HeaderDecoder()
        _ = try Self.read(
            &decoder,
            [0x40, 1, 0x61, 0x7F, 0xB9, 22]
                + [UInt8](repeating: 0x78, count: 3000))
        #expect(throws: HeaderBlockFault.tooLarge) { try Self.read(&decoder, [UInt8](repeating: 0xBE, count: 16_000)) }
        #expect(decoder.text.count < 40_000)
    }

    @Test("whatever the bytes are, reading ends", arguments: 0..<40)
    func random(seed: UInt64) {
        var random = Seeded(seed)
        var decoder = HeaderDecoder()
        for _ in 0..<300 {
            let block = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                UInt8.random(in: 0...255, using: &random)
            }
            if (try? decoder.read(block.span, Slice(start: 0, end: block.count))) == nil { decoder = HeaderDecoder() }
            #expect(decoder.text.count <= HeaderDecoder.listLimit + 4096 + 60 * 2)
        }
    }
}
