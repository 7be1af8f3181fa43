// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A head cut anywhere")
struct HeadSplitTests {
    @Test("gives byte by byte what it gives at once", arguments: 0..<100 as Range<UInt64>)
    func whole(_ seed: UInt64) {
        var maker = HeadMaker(seed: seed)
        let bytes = maker.head()
        var atOnce = HeadParser()
        #expect(atOnce.parseRequest(bytes) == .complete)
        var piecewise = HeadParser()
        for end in 0..<bytes.count {
            #expect(piecewise.parseRequest(Array(bytes[..<end])) == .incomplete)
        }
        #expect(piecewise.parseRequest(bytes) == .complete)
        #expect(PlainRequest(piecewise.request, in: bytes) == PlainRequest(atOnce.request, in: bytes))
        #expect(piecewise.request.framing == atOnce.request.framing)
    }

    @Test("ends in the same outcome when it is broken", arguments: 0..<200 as Range<UInt64>)
    func broken(_ seed: UInt64) {
        var maker = HeadMaker(seed: seed)
        let valid = maker.head()
        let bytes = maker.random.mutated(valid, with: Array("\r\n\t :,\0".utf8))
        var atOnce = HeadParser()
        let expected = atOnce.parseRequest(bytes)
        var piecewise = HeadParser()
        var outcome = HeadOutcome.incomplete
        for end in 0...bytes.count where outcome == .incomplete {
            outcome = piecewise.parseRequest(Array(bytes[..<end]))
        }
        #expect(outcome == expected)
    }

    @Test("is not changed by what follows it")
    func trailing() {
        var maker = HeadMaker(seed: 7)
        for _ in 0..<200 {
            let bytes = maker.head()
            let longer = bytes + maker.random.bytes(0...50, from: Array(0...255))
            var alone = HeadParser()
            var followed = HeadParser()
            #expect(alone.parseRequest(bytes) == .complete)
            #expect(followed.parseRequest(longer) == .complete)
            #expect(followed.request.byteCount == bytes.count)
            #expect(PlainRequest(followed.request, in: longer) == PlainRequest(alone.request, in: bytes))
        }
    }
}
