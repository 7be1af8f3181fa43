// SPDX-License-Identifier: Apache-2.0
import NIOCore
import NIOHPACK
import TestKit
import Testing
import Wire

/// What another encoder writes, block after block over one table, is read as it was meant.
@Suite struct HeaderAgainstNIOTests {
    @Test("random headers, some again and again", arguments: 0..<20)
    func random(seed: UInt64) throws {
        var random = Seeded(seed)
        var encoder = HPACKEncoder(allocator: ByteBufferAllocator())
        var decoder = HeaderDecoder()
        let names = [
            ":path", "content-type", "x-request-id", "te", "grpc-timeout", "user-agent", "cookie", "x-\(seed)",
        ]
        for _ in 0..<200 {
            let fields = (0..<Int.random(in: 0...12, using: &random)).map { _ in
                (names.randomElement(using: &random)!, Self.value(&random))
            }
            var headers = HPACKHeaders()
            for (position, field) in fields.enumerated() {
                let indexing: HPACKIndexing = position.isMultiple(of: 3) ? .nonIndexable : .indexable
                headers.add(name: field.0, value: field.1, indexing: indexing)
            }
            var block = ByteBuffer()
            try encoder.encode(headers: headers, to: &block)
            let bytes = Array(block.readableBytesView)
            try decoder.read(bytes.span, Slice(start: 0, end: bytes.count))
            let text = decoder.text
            let read = decoder.fields.map { field in
                (
                    String(decoding: text[field.name.start..<field.name.end], as: UTF8.self),
                    String(decoding: text[field.value.start..<field.value.end], as: UTF8.self)
                )
            }
            #expect(read.map(\.0) == fields.map(\.0) && read.map(\.1) == fields.map(\.1))
        }
    }

    private static func value(_ random: inout Seeded) -> String {
        let known = ["/envoy.service.auth.v3.Authorization/Check", "application/grpc", "trailers", "", "200m"]
        if Bool.random(using: &random) { return known.randomElement(using: &random)! }
        let count = Int.random(in: 0...90, using: &random)
        return String(
            decoding: (0..<count).map { _ in UInt8.random(in: 0x20...0x7E, using: &random) }, as: UTF8.self)
    }
}
