// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Wire

@Suite("Reading JSON piece by piece")
struct JSONReaderTests {
    private func tokens(_ text: String) throws -> [JSONToken] {
        let bytes = Array(text.utf8)
        var reader = JSONReader()
        var tokens: [JSONToken] = []
        while tokens.last != .end { tokens.append(try reader.next(bytes.span)) }
        return tokens
    }

    @Test("gives names and strings as slices and says whether they have escapes")
    func slices() throws {
        let name = JSONText(slice: Slice(start: 2, end: 3), hasEscapes: false)
        let text = JSONText(slice: Slice(start: 6, end: 8), hasEscapes: true)
        let number = JSONNumber(slice: Slice(start: 13, end: 15), isInteger: true)
        let expected: [JSONToken] = [
            .objectStart, .name(name), .string(text),
            .name(JSONText(slice: .init(start: 11, end: 11), hasEscapes: false)),
            .number(number), .objectEnd, .end,
        ]
        #expect(try tokens(#"{"a":"\n","":12}"#) == expected)
    }

    /// What a verify call would take from its body.
    private func key(in text: String) throws -> (key: String?, scopes: [String], cost: Int64) {
        let bytes = Array(text.utf8)
        let span = bytes.span
        var reader = JSONReader()
        var found: (key: String?, scopes: [String], cost: Int64) = (nil, [], 1)
        try reader.beginObject(span)
        while let name = try reader.nextName(span) {
            if name.equals("key", in: span) {
                found.key = try reader.string(span).string(in: span)
            } else if name.equals("scopes", in: span) {
                try reader.beginArray(span)
                while try reader.nextElement(span) { found.scopes.append(try reader.string(span).string(in: span)) }
            } else if name.equals("cost", in: span) {
                found.cost = try reader.integer(span)
            } else if try !reader.null(span) {
                try reader.skip(span)
            }
        }
        try reader.finish(span)
        return found
    }

    @Test(
        "takes what it knows and skips the rest",
        arguments: [
            #"{"key":"k","scopes":["a","b"],"cost":5}"#, #" { "cost" : 5 , "scopes" : [ "a" , "b" ] , "key" : "k" } "#,
            #"{"\u006bey":"\u006b","x":{"key":[1,{"key":2}]},"scopes":["a","b"],"n":null,"cost":5}"#,
        ])
    func typed(_ text: String) throws {
        let found = try key(in: text)
        #expect(found.key == "k" && found.scopes == ["a", "b"] && found.cost == 5)
    }

    @Test("takes empty containers")
    func empty() throws {
        #expect(try key(in: "{}").key == nil)
        #expect(try key(in: #"{"scopes":[ ],"x":[],"y":{}}"#).scopes.isEmpty)
    }

    @Test(
        "points at a value of the wrong kind",
        arguments: [
            ("[]", .expectedObject, ""), ("1", .expectedObject, ""), (#"{"key":1}"#, .expectedString, "/key"),
            (#"{"key":null}"#, .expectedString, "/key"), (#"{"scopes":"a"}"#, .expectedArray, "/scopes"),
            (#"{"scopes":["a", 2]}"#, .expectedString, "/scopes/1"),
            (#"{"scopes":[[]]}"#, .expectedString, "/scopes/0"),
            (#"{"cost":"1"}"#, .expectedInteger, "/cost"), (#"{"cost":1.0}"#, .expectedInteger, "/cost"),
            (#"{"cost":9223372036854775808}"#, .expectedInteger, "/cost"), (#"{"cost":-0}"#, .expectedInteger, "/cost"),
            (#"{"cost":"#, .unexpectedEnd, "/cost"), ("", .unexpectedEnd, ""),
            (#"{"key":"a","key":"a"}"#, .duplicateName, "/key"),
            (#"{"scopes":["a"}"#, .unexpectedByte, "/scopes/0"),
            (#"{"x":[1,{"y":[tru]}]}"#, .unexpectedByte, "/x/1/y/0"),
            (#"{"key":"a"}x"#, .trailingBytes, ""), (#"{"key":]}"#, .expectedString, "/key"),
        ] as [(String, JSONFault.Code, String)])
    func wrongKind(_ text: String, _ code: JSONFault.Code, _ pointer: String) {
        let fault = #expect(throws: JSONFault.self) { try key(in: text) }
        #expect(fault?.code == code)
        #expect(fault?.pointer == pointer)
    }

    @Test(
        "reads booleans, and points at what is none",
        arguments: [("true", true), ("false", false), ("0", nil), ("\"true\"", nil)])
    func booleans(_ text: String, _ expected: Bool?) throws {
        let bytes = Array(text.utf8)
        var reader = JSONReader()
        if let expected {
            #expect(try reader.bool(bytes.span) == expected)
        } else {
            let fault = #expect(throws: JSONFault.self) { try reader.bool(bytes.span) }
            #expect(fault?.code == .expectedBool)
        }
    }

    @Test("starts over after a reset, even out of the middle of a text")
    func reset() throws {
        let broken = Array(#"{"a":{"b":[1,x"#.utf8)
        let whole = Array(#"{"a":1,"b":2}"#.utf8)
        var reader = JSONReader()
        #expect(throws: JSONFault.self) { while try reader.next(broken.span) != .end {} }
        reader.reset()
        #expect(try reader.tree(whole.span) == ["a": 1, "b": 2])
        try reader.finish(whole.span)
    }

    @Test(
        "compares a string with its escapes resolved",
        arguments: [
            (#"abc"#, true), (#"\u0061bc"#, true), (#"ab\u0063"#, true), (#"ab"#, false), (#"\u0061b"#, false),
            (#"abcd"#, false), (#"abc\u0000"#, false), (#"ABC"#, false), (#"a\nc"#, false), (#""#, false),
        ])
    func compares(_ escaped: String, _ expected: Bool) throws {
        let bytes = Array("\"\(escaped)\"".utf8)
        var reader = JSONReader()
        let text = try reader.string(bytes.span)
        let isEqual = text.equals("abc", in: bytes.span)
        #expect(isEqual == expected)
    }

    @Test("resolves an escape of every scalar as the standard library encodes it")
    func everyScalar() throws {
        for value in stride(from: UInt32(0), through: 0x10_ffff, by: 37) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let units = String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            #expect(try JSON.parse("\"\(units.joined())\"") == .string(String(scalar)))
        }
    }
}
