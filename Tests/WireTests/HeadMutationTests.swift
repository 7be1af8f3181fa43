// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("An injured head")
struct HeadMutationTests {
    private let spice = Array("\r\n\t :,/0123456789\0\u{7f}".utf8) + [0x80, 0xff]

    @Test("never crashes the parser nor leads it outside the bytes", arguments: 0..<40 as Range<UInt64>)
    func requests(_ seed: UInt64) {
        var maker = HeadMaker(seed: seed &+ 50_000)
        var parser = HeadParser()
        for _ in 0..<500 {
            let valid = maker.head()
            let bytes = maker.random.mutated(valid, with: spice)
            parser.reset()
            guard parser.parseRequest(bytes) == .complete else { continue }
            let head = parser.request
            #expect(head.byteCount <= bytes.count)
            #expect(head.fields.allSatisfy { isOrdered($0, within: head.byteCount) })
            #expect(head.method.start == 0 && head.method.end < head.target.start)
            #expect(bytes[..<head.byteCount].suffix(4) == [13, 10, 13, 10])
        }
    }

    @Test("of a response does neither", arguments: 0..<20 as Range<UInt64>)
    func responses(_ seed: UInt64) {
        var maker = HeadMaker(seed: seed &+ 90_000)
        var parser = HeadParser()
        for _ in 0..<500 {
            let fields = maker.head().drop { $0 != 10 }.dropFirst()
            let bytes = maker.random.mutated(Array("HTTP/1.1 200 OK\r\n".utf8) + fields, with: spice)
            parser.reset()
            guard parser.parseResponse(bytes, answersHEAD: false) == .complete else { continue }
            let head = parser.response
            #expect(head.byteCount <= bytes.count)
            #expect(head.fields.allSatisfy { isOrdered($0, within: head.byteCount) })
            #expect((100...999).contains(head.status))
        }
    }

    private func isOrdered(_ field: Field, within end: Int) -> Bool {
        let (name, value) = (field.name, field.value)
        return name.start < name.end && name.end < value.start + 1 && value.start <= value.end && value.end < end
    }
}
