// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import Testing

/// The coded texts were made with Python's zlib and gzip.
@Suite("Undoing an answer's coding")
struct InflaterTests {
    private static let text = "The bitting of a key is the pattern of cuts. The bitting of a key.\n"

    private static func decoded(_ bytes: [UInt8], isGzip: Bool, size: Int) throws -> String {
        let inflater = Inflater(isGzip: isGzip)
        var out = ByteBuffer()
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)])
            try inflater.decode(piece) { out.writeImmutableBuffer($0) }
        }
        try inflater.finish()
        return String(buffer: out)
    }

    @Test(
        "gzip of one member or more, zlib and raw deflate, however they are cut",
        arguments: [
            (Coded.gzip, true, 1), (Coded.gzip + Coded.gzip, true, 2), (Coded.zlib, false, 1), (Coded.raw, false, 1),
        ],
        [1, 3, 1000])
    func decodes(coded: ([UInt8], Bool, Int), size: Int) throws {
        let out = try Self.decoded(coded.0, isGzip: coded.1, size: size)
        #expect(out == String(repeating: Self.text, count: coded.2))
    }

    @Test("what is cut short, altered, or followed by something else is refused", arguments: [true, false])
    func malformed(isGzip: Bool) {
        let coded = isGzip ? Coded.gzip : Coded.zlib
        var altered = coded
        altered[altered.count - 2] ^= 1
        for bytes in [
            Array(coded.dropLast()), altered, coded + [1, 2, 3], Array(coded.prefix(3)), [0x1F, 0x1F, 0x1F, 0x1F],
        ] {
            #expect(throws: Inflater.Fault.malformed) { try Self.decoded(bytes, isGzip: isGzip, size: 7) }
        }
    }

    @Test("nothing is the coding of nothing")
    func empty() throws { #expect(try Self.decoded([], isGzip: true, size: 1) == "") }

    @Test("a text that grows beyond all measure is given up before it fills memory")
    func bomb() {
        let inflater = Inflater(isGzip: false)
        var given = 0
        #expect(throws: Inflater.Fault.tooLong) {
            try inflater.decode(ByteBuffer(bytes: Coded.bomb)) { given += $0.readableBytes }
        }
        #expect(given <= 2 << 20)
    }
}
