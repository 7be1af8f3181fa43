// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOEmbedded
import NIOHTTP1
import Testing

@testable import Wire

/// Two readers that disagree about one message are what request smuggling lives on.
@Suite("An accepted request head")
struct HeadAgainstNIOTests {
    /// What NIO's decoder reads from the same bytes; nil where it refuses them.
    private func readByNIO(_ bytes: [UInt8]) -> PlainRequest? {
        let channel = EmbeddedChannel(handler: ByteToMessageHandler(HTTPRequestDecoder()))
        defer { _ = try? channel.finish(acceptAlreadyClosed: true) }
        guard (try? channel.writeInbound(ByteBuffer(bytes: bytes))) != nil,
            case .head(let head)? = try? channel.readInbound(as: HTTPServerRequestPart.self)
        else { return nil }
        return PlainRequest(
            method: head.method.rawValue, target: head.uri, minorVersion: head.version.minor,
            fields: head.headers.map { [$0.name, trimmedAtEnd($0.value)] })
    }

    /// NIO leaves the white space behind a value in place; RFC 9112, 5.1 does not count it to the value.
    private func trimmedAtEnd(_ value: String) -> String {
        String(decoding: value.utf8.reversed().drop { $0 == 0x20 || $0 == 0x09 }.reversed(), as: UTF8.self)
    }

    @Test("is read by NIO's decoder to the same method, target and fields", arguments: 0..<40 as Range<UInt64>)
    func same(_ seed: UInt64) throws {
        var maker = HeadMaker(seed: seed)
        for _ in 0..<30 {
            let bytes = maker.head()
            var parser = HeadParser()
            #expect(parser.parseRequest(bytes) == .complete)
            let theirs = try #require(readByNIO(bytes))
            #expect(PlainRequest(parser.request, in: bytes) == theirs)
        }
    }

    @Test("is read the same even when injured, if NIO reads it at all", arguments: 0..<40 as Range<UInt64>)
    func injured(_ seed: UInt64) {
        var maker = HeadMaker(seed: seed &+ 1_000)
        for _ in 0..<100 {
            let valid = maker.head()
            let bytes = maker.random.mutated(valid, with: Array("\r\n\t :,/\0".utf8))
            var parser = HeadParser()
            guard parser.parseRequest(bytes) == .complete, let theirs = readByNIO(bytes) else { continue }
            #expect(PlainRequest(parser.request, in: bytes) == theirs)
        }
    }
}
