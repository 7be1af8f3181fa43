// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("A JSON text")
struct JSONGrammarTests {
    @Test(
        "is read",
        arguments: [
            ("null", .null), (" \t\r\ntrue\n", .bool(true)), ("false", .bool(false)), ("0", 0), ("-1", -1),
            ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
            ("9223372036854775808", .number(9_223_372_036_854_775_808, text: "9223372036854775808")),
            ("-9223372036854775809", .number(-9_223_372_036_854_775_808, text: "-9223372036854775809")),
            ("-0", .number(-0.0, text: "-0")), ("1.5", .number(1.5, text: "1.5")), ("1e2", .number(100, text: "1e2")),
            ("0E+1", .number(0, text: "0E+1")), ("-0.0e-0", .number(-0.0, text: "-0.0e-0")),
            ("1e-400", .number(0, text: "1e-400")), ("\"\"", ""), ("[]", []), ("{}", [:]), ("[ 1 , [ ] ]", [1, []]),
            ("{\"\":0}", ["": 0]), ("{ \"a\" : { \"a\" : null } }", ["a": ["a": .null]]),
            (#""\"\\\/\b\f\n\r\t\u0041""#, "\"\\/\u{8}\u{c}\n\r\tA"), (#""\u00e9\u20ac\ud83d\ude00""#, "é€😀"),
            (#""\u0000\uffff\uD83D\uDE00""#, .string("\u{0}\u{ffff}😀")), ("\"é€😀\u{7f}\"", "é€😀\u{7f}"),
            (#"{"a":1,"A":2,"aa":3}"#, ["a": 1, "A": 2, "aa": 3]),
        ] as [(String, JSON)])
    func reads(_ text: String, _ expected: JSON) throws {
        #expect(try JSON.parse(text) == expected)
    }

    static let refusals: [(String, JSONFault.Code, Int)] = [
        ("", .unexpectedEnd, 0), (" ", .unexpectedEnd, 1), ("[", .unexpectedEnd, 1), ("{", .unexpectedEnd, 1),
        ("[1", .unexpectedEnd, 2), ("[1,", .unexpectedEnd, 3), ("{\"a\"", .unexpectedEnd, 4),
        ("{\"a\":", .unexpectedEnd, 5), ("{\"a\":1", .unexpectedEnd, 6), ("{\"a\":1,", .unexpectedEnd, 7),
        ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2), ("tru", .unexpectedEnd, 3), ("-", .unexpectedEnd, 1),
        ("1.", .unexpectedEnd, 2), ("1e", .unexpectedEnd, 2), ("1e+", .unexpectedEnd, 3),
        ("[1,]", .unexpectedByte, 3), ("{\"a\":1,}", .unexpectedByte, 7), ("[,1]", .unexpectedByte, 1),
        ("{,}", .unexpectedByte, 1), ("[1,,2]", .unexpectedByte, 3), ("[1 2]", .unexpectedByte, 3),
        ("{\"a\" 1}", .unexpectedByte, 5), ("{\"a\":1 \"b\":2}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1),
        ("{'a':1}", .unexpectedByte, 1), ("{1:1}", .unexpectedByte, 1), ("{\"a\"}", .unexpectedByte, 4),
        ("{\"a\":}", .unexpectedByte, 5), ("{\"a\",1}", .unexpectedByte, 4), ("[\"a\":1]", .unexpectedByte, 4),
        ("[1}", .unexpectedByte, 2), ("{\"a\":1]", .unexpectedByte, 6), ("]", .unexpectedByte, 0),
        ("}", .unexpectedByte, 0), (",", .unexpectedByte, 0), (":", .unexpectedByte, 0),
        ("// c\n1", .unexpectedByte, 0), ("[1/* c */]", .unexpectedByte, 2), ("# c", .unexpectedByte, 0),
        ("nul1", .unexpectedByte, 3), ("True", .unexpectedByte, 0), ("NULL", .unexpectedByte, 0),
        ("NaN", .unexpectedByte, 0), ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0),
        (".5", .unexpectedByte, 0), ("'a'", .unexpectedByte, 0), ("\u{c}1", .unexpectedByte, 0),
        ("\u{a0}1", .unexpectedByte, 0), ("[\u{feff}1]", .unexpectedByte, 1), ("\0", .unexpectedByte, 0),
        ("01", .badNumber, 0), ("-01", .badNumber, 1), ("00", .badNumber, 0), ("-a", .badNumber, 1),
        ("1.e1", .badNumber, 2), ("1.a", .badNumber, 2), ("1ea", .badNumber, 2), ("1e+-1", .badNumber, 3),
        ("--1", .badNumber, 1), ("-.5", .badNumber, 1), ("-Infinity", .badNumber, 1),
        ("1 2", .trailingBytes, 2), ("{}{}", .trailingBytes, 2), ("[]]", .trailingBytes, 2), ("1a", .trailingBytes, 1),
        ("0x1", .trailingBytes, 1), ("1_0", .trailingBytes, 1), ("1.5.5", .trailingBytes, 3),
        ("1\0", .trailingBytes, 1),
        ("truee", .trailingBytes, 4), ("\"a\"\"b\"", .trailingBytes, 3), ("null,", .trailingBytes, 4),
        ("\u{feff}1", .byteOrderMark, 0), ("\"a\nb\"", .controlByte, 2), ("\"\t\"", .controlByte, 1),
        ("\"\0\"", .controlByte, 1), ("\"\u{1f}\"", .controlByte, 1), ("{\"a\nb\":1}", .controlByte, 3),
        ("\"\\x41\"", .badEscape, 1), ("\"\\a\"", .badEscape, 1), ("\"\\'\"", .badEscape, 1),
        ("\"\\u12\"", .badEscape, 1), ("\"\\u12g4\"", .badEscape, 1), ("\"\\u+123\"", .badEscape, 1),
        ("\"\\U0041\"", .badEscape, 1), ("\"\\u", .badEscape, 1), ("\"\\\n\"", .badEscape, 1),
        ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1), ("\"\\ud800x\"", .loneSurrogate, 1),
        ("\"\\ud800\\n\"", .loneSurrogate, 1), ("\"\\ud800\\ud800\"", .loneSurrogate, 1),
        ("\"\\udc00\\ud800\"", .loneSurrogate, 1), ("\"\\ud800\\u", .loneSurrogate, 1),
        ("{\"\\ud800\":1}", .loneSurrogate, 2), ("1e400", .numberOutOfRange, 0), ("[-1e999]", .numberOutOfRange, 1),
        ("{\"a\":1,\"a\":1}", .duplicateName, 7), ("{\"a\":1,\"\\u0061\":1}", .duplicateName, 7),
        ("{\"\\n\":1,\"\\u000A\":1}", .duplicateName, 8), ("{\"\":1,\"\":2}", .duplicateName, 6),
        ("{\"😀\":1,\"\\ud83d\\ude00\":2}", .duplicateName, 10), ("[{\"b\":{},\"b\":[]}]", .duplicateName, 9),
    ]

    @Test("is refused, with a code and the place", arguments: refusals)
    func refuses(_ text: String, _ code: JSONFault.Code, _ offset: Int) {
        let fault = #expect(throws: JSONFault.self) { try JSON.parse(text) }
        #expect(fault?.code == code)
        #expect(fault?.offset == offset)
    }

    @Test(
        "is refused for bytes that are not UTF-8",
        arguments: [
            [0x80], [0xff], [0xc0, 0x80], [0xc3], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf0, 0x80, 0x80, 0x80],
            [0xf4, 0x90, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xe2, 0x28, 0xa1], [0xc3, 0x5c, 0x6e],
        ] as [[UInt8]])
    func notUTF8(_ bad: [UInt8]) {
        let fault = #expect(throws: JSONFault.self) { try JSON.parse(Array("[\"é".utf8) + bad + Array("\"]".utf8)) }
        #expect(fault?.code == .invalidUTF8)
        #expect(fault?.offset == 4)
    }

    @Test("may nest 32 levels deep and no deeper", arguments: [("[", "]"), ("{\"a\":", "}")])
    func depth(_ open: String, _ close: String) throws {
        let nested = { (levels: Int) in
            String(repeating: open, count: levels) + "[]" + String(repeating: close, count: levels)
        }
        _ = try JSON.parse(nested(31))
        let fault = #expect(throws: JSONFault.self) { try JSON.parse(nested(32)) }
        #expect(fault?.code == .tooDeep)
        let unclosed = String(repeating: open, count: 100_000)
        #expect(#expect(throws: JSONFault.self) { try JSON.parse(unclosed) }?.code == .tooDeep)
    }

    @Test(
        "names the place of a fault as a pointer",
        arguments: [
            ("x", ""), ("[1,x]", "/1"), ("[x]", "/0"), (#"{"a":[{},{"b":tru}]}"#, "/a/1/b"),
            (#"{"a/b~c":x}"#, "/a~1b~0c"),
            (#"{"\u0061":{"b":1,"b":2}}"#, "/a/b"), (#"{"a":1,x}"#, "/a"), (#"[[],[[],x]]"#, "/1/1"), ("[1]x", ""),
        ])
    func pointer(_ text: String, _ pointer: String) {
        #expect(#expect(throws: JSONFault.self) { try JSON.parse(text) }?.pointer == pointer)
    }

    @Test("is refused for a double among many names as among few", arguments: [2, 15, 16, 17, 18, 100, 20_000])
    func manyNames(_ count: Int) throws {
        let members = (0..<count).map { "\"n\($0)\":\($0)" }
        #expect(try JSON.parse("{\(members.joined(separator: ","))}").asObject?.count == count)
        for place in [0, count / 2, count - 1] {
            let text = "{\((members + ["\"\\u006e\(place)\":0"]).joined(separator: ","))}"
            let fault = #expect(throws: JSONFault.self) { try JSON.parse(text) }
            #expect(fault?.code == .duplicateName)
            #expect(fault?.pointer == "/n\(place)")
        }
    }

    @Test("may use a name again in another object, inside or beside")
    func sameNameElsewhere() throws {
        let text = #"{"a":{"a":{"a":1},"b":2},"b":[{"a":1},{"a":2}]}"#
        #expect(try JSON.parse(text).text == text)
    }
}
