// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A slice of a message")
struct SpanTextTests {
    private func whole(_ bytes: [UInt8]) -> Slice { Slice(start: 0, end: bytes.count) }

    @Test(
        "compares exactly, and without case only over letters",
        arguments: [
            ("close", true, true), ("CLOSE", false, true), ("clos", false, false), ("closed", false, false),
            ("", false, false), ("\u{43}lose", false, true), ("clos\u{25}", false, false),
        ])
    func compares(_ text: String, _ exact: Bool, _ folded: Bool) {
        let bytes = Array(text.utf8)
        #expect(bytes.equals(whole(bytes), "close") == exact)
        #expect(bytes.equals(whole(bytes), Array("close".utf8)) == exact)
        #expect(bytes.equalsIgnoringCase(whole(bytes), "close") == folded)
    }

    @Test("keeps bytes apart that differ by 0x20 but are no letters")
    func folding() {
        let bytes = Array("@`[{".utf8)
        #expect(!bytes.equalsIgnoringCase(Slice(start: 0, end: 1), Slice(start: 1, end: 2)))
        #expect(!bytes.equalsIgnoringCase(Slice(start: 2, end: 3), Slice(start: 3, end: 4)))
    }

    @Test(
        "is walked as a list, without empty elements",
        arguments: [
            ("", []), (",", []), (" , ,\t", []), ("a", ["a"]), ("a,b", ["a", "b"]), (" a ,, b c ,", ["a", "b c"]),
        ] as [(String, [String])])
    func list(_ text: String, _ expected: [String]) {
        let bytes = Array(text.utf8)
        var cursor = ListCursor(whole(bytes))
        var elements: [String] = []
        while let element = cursor.next(in: bytes.span) { elements.append(bytes.text(element)) }
        #expect(elements == expected)
    }

    @Test("classes agree with the grammar for every byte")
    func classes() {
        let token = Set("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        let host = Set("-._~!$&'()*+,;=%[]:0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(byte.isToken == token.contains(byte))
            #expect(byte.isHost == host.contains(byte))
            #expect(byte.isVisible == (0x21...0x7e).contains(byte))
            #expect(byte.isText == (byte == 9 || (byte >= 0x20 && byte != 0x7f)))
            #expect(byte.hexValue.map(Int.init) == Int(String(Unicode.Scalar(byte)), radix: 16))
        }
    }

    @Test("of a field value ends at the first byte that may not stand in one, wherever it stands")
    func endOfText() {
        for byte in UInt8.min...UInt8.max {
            for place in 0..<20 {
                var bytes = [UInt8](repeating: 0x61, count: 20)
                bytes[place] = byte
                let end = bytes.span.endOfText(from: 0, to: 20)
                #expect(end == (byte.isText ? 20 : place))
            }
        }
    }
}
