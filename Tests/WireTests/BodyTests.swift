// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Wire

/// What a decoder made of a body that came in pieces.
struct ReadBody: Equatable {
    var content: [UInt8] = []
    var fault: ChunkFault?
    /// Offset in the whole input at which the body ended.
    var end: Int?

    init(_ pieces: [[UInt8]], framing: Framing = .chunked) {
        var decoder = BodyDecoder(framing)
        var before = 0
        for piece in pieces where fault == nil && end == nil {
            read(piece, &decoder, before)
            before += piece.count
        }
    }

    private mutating func read(_ piece: [UInt8], _ decoder: inout BodyDecoder, _ before: Int) {
        var offset = 0
        while true {
            switch decoder.next(piece.span, from: offset) {
            case .data(let slice):
                content += piece[slice.start..<slice.end]
                offset = slice.end
            case .needMore: return
            case .end(let place): return end = before + place
            case .refused(let why): return fault = why
            }
        }
    }
}

@Suite("A chunked body")
struct ChunkedBodyTests {
    @Test(
        "is read, its extensions and trailers dropped",
        arguments: [
            ("0\r\n\r\n", ""), ("3\r\nabc\r\n0\r\n\r\n", "abc"), ("000003\r\nabc\r\n000\r\n\r\n", "abc"),
            ("A\r\n0123456789\r\n1\r\nx\r\n0\r\n\r\n", "0123456789x"), ("a\r\n0123456789\r\n0\r\n\r\n", "0123456789"),
            ("3;a=b;c=\"d e\"\r\nabc\r\n0;z\r\n\r\n", "abc"), ("1\r\n\r\r\n1\r\n\n\r\n0\r\n\r\n", "\r\n"),
            ("0\r\nX: 1\r\nY:\t\r\n\r\n", ""),
        ])
    func reads(_ text: String, _ content: String) {
        let bytes = Array((text + "next").utf8)
        let body = ReadBody([bytes])
        #expect(body.content == Array(content.utf8))
        #expect(body.end == text.utf8.count)
        #expect(ReadBody(bytes.map { [$0] }) == body)
    }

    static let refusals: [(String, ChunkFault)] = [
        ("\r\n", .sizeMalformed), ("+3\r\n", .sizeMalformed), ("-3\r\n", .sizeMalformed), ("0x3\r\n", .sizeMalformed),
        ("3_0\r\n", .sizeMalformed), (" 3\r\n", .sizeMalformed), ("3 \r\n", .sizeMalformed),
        ("3 ;a\r\n", .sizeMalformed),
        ("g\r\n", .sizeMalformed), (";a\r\n", .sizeMalformed), ("\n", .sizeMalformed),
        ("1234567890abcdef\r\n", .sizeMalformed), ("0000000000000000\r\n", .sizeMalformed),
        ("3\nabc", .bareLineFeed), ("3\rabc", .bareCarriageReturn), ("3;a\nabc", .bareLineFeed),
        ("3;a\rb", .bareCarriageReturn), ("3;\0\r\n", .extensionMalformed), ("3;a\u{7f}\r\n", .extensionMalformed),
        ("3;" + String(repeating: "a", count: 256) + "\r\n", .extensionTooLong),
        ("3\r\nabcd\r\n", .dataNotTerminated), ("3\r\nabc\n", .dataNotTerminated), ("3\r\nabc\r\r", .dataNotTerminated),
        ("3\r\nabc0\r\n", .dataNotTerminated), ("0\r\n\rx", .bareCarriageReturn), ("0\r\n\n", .bareLineFeed),
        ("0\r\nX : 1\r\n\r\n", .trailerMalformed), ("0\r\n: 1\r\n\r\n", .trailerMalformed),
        ("0\r\n X: 1\r\n\r\n", .trailerMalformed), ("0\r\nX\r\n\r\n", .trailerMalformed),
        ("0\r\nX: \0\r\n\r\n", .trailerMalformed), ("0\r\nX: 1\n\r\n", .bareLineFeed),
        ("0\r\nX: 1\rY", .bareCarriageReturn), ("0\r\nX\n", .bareLineFeed),
        ("0\r\nX: " + String(repeating: "a", count: 8_192) + "\r\n\r\n", .trailerTooLarge),
    ]

    @Test("is refused for its framing, wherever it is cut", arguments: refusals)
    func refuses(_ text: String, _ fault: ChunkFault) {
        let bytes = Array(text.utf8)
        #expect(ReadBody([bytes]).fault == fault)
        #expect(ReadBody(bytes.map { [$0] }).fault == fault)
    }

    @Test("stays refused")
    func sticky() {
        var decoder = ChunkDecoder()
        #expect(decoder.next(Array("3 ".utf8)) == .refused(.sizeMalformed))
        #expect(decoder.next(Array("\r\nabc\r\n0\r\n\r\n".utf8)) == .refused(.sizeMalformed))
    }

    @Test("may have 256 bytes of extensions a chunk, 16,384 in all, and 8,192 of trailers")
    func limits() {
        let most = ";" + String(repeating: "a", count: 255)
        #expect(ReadBody([Array("0\(most)\r\n\r\n".utf8)]).fault == nil)
        let chunk = "1\(most)\r\nx\r\n"
        #expect(ReadBody([Array(String(repeating: chunk, count: 64).utf8)]).fault == nil)
        #expect(ReadBody([Array(String(repeating: chunk, count: 65).utf8)]).fault == .extensionTooLong)
        let trailer = "X:" + String(repeating: "a", count: 8_192 - 6) + "\r\n\r\n"
        let bytes = Array("0\r\n\(trailer)".utf8)
        #expect(ReadBody([bytes]).end == bytes.count)
    }

    @Test("takes the largest size without overflow")
    func largest() {
        #expect(ReadBody([Array("fffffffffffffff\r\nabc".utf8)]).content == Array("abc".utf8))
    }

    @Test("is read as NIO reads it, however both are cut", arguments: 0..<60 as Range<UInt64>)
    func likeNIO(_ seed: UInt64) throws {
        var random = Seeded(seed)
        let bytes = encoded(&random)
        let body = ReadBody(cut(bytes, &random))
        #expect(body.fault == nil && body.end == bytes.count)
        #expect(try readByNIO(cut(bytes, &random)) == body.content)
    }

    @Test("never crashes the decoder when injured", arguments: 0..<40 as Range<UInt64>)
    func injured(_ seed: UInt64) {
        var random = Seeded(seed &+ 77)
        for _ in 0..<200 {
            let valid = encoded(&random)
            let bytes = random.mutated(valid, with: Array("\r\n\t ;:0aF\0".utf8))
            #expect(ReadBody([bytes]) == ReadBody(cut(bytes, &random)))
        }
    }

    private func encoded(_ random: inout Seeded) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<random.below(6) {
            let content = random.bytes(1...40, from: Array(0...255))
            let size =
                random.chance(2)
                ? String(content.count, radix: 16) : "0" + String(content.count, radix: 16).uppercased()
            bytes += Array((size + (random.chance(3) ? ";n=v" : "") + "\r\n").utf8) + content + [13, 10]
        }
        return bytes + Array((random.chance(3) ? "0\r\nX-T: 1\r\n\r\n" : "0\r\n\r\n").utf8)
    }

    private func cut(_ bytes: [UInt8], _ random: inout Seeded) -> [[UInt8]] {
        var pieces: [[UInt8]] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            let size = random.below(9) + 1
            pieces.append(Array(rest.prefix(size)))
            rest = rest.dropFirst(size)
        }
        return pieces
    }

    private func readByNIO(_ pieces: [[UInt8]]) throws -> [UInt8] {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        let head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"
        try channel.writeInbound(ByteBuffer(string: head))
        for piece in pieces { try channel.writeInbound(ByteBuffer(bytes: piece)) }
        var content: [UInt8] = []
        var ended = false
        while let part = try channel.readInbound(as: HTTPServerRequestPart.self) {
            switch part {
            case .head: break
            case .body(let buffer): content += Array(buffer.readableBytesView)
            case .end: ended = true
            }
        }
        #expect(ended)
        _ = try channel.finish()
        return content
    }
}

@Suite("A body")
struct BodyDecoderTests {
    @Test("without content ends at once", arguments: [Framing.none, .length(0)])
    func none(_ framing: Framing) {
        #expect(ReadBody([Array("GET".utf8)], framing: framing).end == 0)
    }

    @Test("of known length ends there, wherever it is cut", arguments: 1...6)
    func length(_ piece: Int) {
        let bytes = Array("12345next".utf8)
        let pieces = stride(from: 0, to: bytes.count, by: piece).map { Array(bytes[$0..<min($0 + piece, bytes.count)]) }
        let body = ReadBody(pieces, framing: .length(5))
        #expect(body.content == Array("12345".utf8))
        #expect(body.end == 5)
    }

    @Test("of known length says what is missing")
    func remaining() {
        var decoder = BodyDecoder(.length(5))
        #expect(decoder.next(Array("12".utf8)) == .data(Slice(start: 0, end: 2)))
        #expect(decoder.remaining == 3)
        #expect(BodyDecoder(.chunked).remaining == nil)
    }

    @Test("until close never ends by itself")
    func untilClose() {
        let body = ReadBody([Array("ab".utf8), Array("c".utf8)], framing: .untilClose)
        #expect(body.content == Array("abc".utf8))
        #expect(body.end == nil && body.fault == nil)
    }
}

@Suite("A chunk's header")
struct ChunkHeaderTests {
    @Test("is the size in hexadecimal", arguments: [0, 1, 9, 10, 15, 16, 255, 256, 4_096, 65_535, 1 << 40, Int.max])
    func size(_ size: Int) {
        let header = ChunkHeader(size: size)
        let line = header.withBytes { $0.copy(Slice(start: 0, end: $0.count)) }
        #expect(line == Array((String(size, radix: 16) + "\r\n").utf8))
        #expect(header.count == line.count)
    }
}
