// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("Writing JSON")
struct JSONWriterTests {
    private func written(pretty: Bool = false, _ body: (inout JSONWriter) -> Void) -> String {
        var writer = JSONWriter(pretty: pretty)
        body(&writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func verdict(_ writer: inout JSONWriter) {
        writer.object {
            $0.member("valid", true)
            $0.member("code", "valid")
            $0.member("cost", 5)
            $0.member("name", nil as String?)
            $0.key("limits")
            $0.array {
                $0.object { $0.member("remaining", UInt8(3)) }
                $0.null()
            }
            $0.member("scopes", ["a", "b"])
            $0.member("metadata", JSON.object([]))
            $0.key("none")
            $0.array { _ in }
        }
    }

    @Test("keeps the order of the calls")
    func compact() {
        let expected =
            #"{"valid":true,"code":"valid","cost":5,"name":null,"limits":[{"remaining":3},null],"#
            + #""scopes":["a","b"],"metadata":{},"none":[]}"#
        #expect(written(verdict) == expected)
    }

    @Test("can indent by two spaces")
    func pretty() {
        let expected = """
            {
              "valid": true,
              "code": "valid",
              "cost": 5,
              "name": null,
              "limits": [
                {
                  "remaining": 3
                },
                null
              ],
              "scopes": [
                "a",
                "b"
              ],
              "metadata": {},
              "none": []
            }
            """
        #expect(written(pretty: true, verdict) == expected)
    }

    @Test("escapes what must be and nothing else")
    func escapes() {
        let text = "\"\\/\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}é€😀\u{2028}<&"
        let expected = #""\"\\/\b\t\n\f\r\u0000\u001f\u007fé€😀"# + "\u{2028}<&\""
        #expect(written { $0.string(text) } == expected)
        #expect(written { $0.string(Array(text.utf8).span) } == expected)
        #expect(written { $0.object { $0.member(text, 1) } } == "{\(expected):1}")
    }

    @Test("turns bytes that are not UTF-8 into U+FFFD")
    func repairs() {
        #expect(written { $0.string([0x61, 0xff, 0x62].span) } == "\"a\u{fffd}b\"")
    }

    @Test("starts over after a reset")
    func reset() {
        #expect(
            written {
                $0.array { $0.integer(1) }
                $0.reset()
                $0.integer(-2)
            } == "-2")
    }

    @Test("gives a Double back as it was, an integer where it is one", arguments: [0.1, -2.5e-300, 1e300, 3, -0.0])
    func doubles(_ value: Double) throws {
        let json = try #require(JSON(value))
        let back = try JSON.parse(json.text)
        #expect(back == json)
        switch back {
        case .integer(let integer): #expect(Double(integer) == value)
        case .number(let number, _): #expect(number == value && number.sign == value.sign)
        default: Issue.record("not a number")
        }
    }

    @Test("knows no infinity", arguments: [Double.infinity, -.infinity, .nan])
    func notFinite(_ value: Double) {
        #expect(JSON(value) == nil)
    }
}
