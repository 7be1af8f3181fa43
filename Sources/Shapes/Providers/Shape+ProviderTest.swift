// SPDX-License-Identifier: Apache-2.0
internal import Access
package import HeldKeys
internal import Wire

extension Shape where Value == ProviderTest {
    /// `{method, path, headers?, content_type?, body?, expect, dead, answer?, dead_answer?, settings?}`.
    static var providerTest: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(
                json, at: pointer,
                [
                    "method", "path", "headers", "content_type", "body", "expect", "dead", "answer", "dead_answer",
                    "settings",
                ])
            let method = try fields.required("method", Shape<TestMethod>.word)
            let body = try fields.nullable("body", .testBody)
            guard body == nil || method == .POST else {
                throw .value("\(pointer)/body", "Only a POST has a body.", fix: "Send POST, or leave the body out.")
            }
            var test = ProviderTest(
                method: method.rawValue, path: try fields.required("path", .testPath),
                contentType: try fields.nullable("content_type", .fieldValue), body: body,
                expect: try fields.required("expect", Shape<Int>.status(200...399).list(1...10)),
                dead: try fields.required("dead", Shape<Int>.status(400...499).list(0...10)))
            test.fields = try fields.optional("headers", .testFields) ?? []
            test.answer = try fields.optional("answer", .answerRules) ?? []
            test.deadAnswer = try fields.optional("dead_answer", .answerRules) ?? []
            test.settings = try fields.optional("settings", .givenSettings) ?? []
            return test
        }
    }
}

private enum TestMethod: String, CaseIterable, Sendable { case GET, HEAD, POST }

extension Shape where Value == Int {
    static func status(_ range: ClosedRange<Int64>) -> Shape {
        Shape<Int64>.integer(range).map { Int($0) }
    }
}

extension Shape where Value == String {
    /// A canonical path and perhaps a query; settings may stand in it.
    fileprivate static var testPath: Shape {
        parsed(
            "This is not a path in canonical form.",
            fix: "Begin with /, without empty or dot segments or needless escapes; settings stand in braces."
        ) { text in
            let format = SlotFormat(text, longest: ProviderTest.longestPath, needsName: false)
            guard let sample = format?.filled(with: "a"), !sample.utf8.contains(UInt8(ascii: "#")),
                sample.utf8.allSatisfy(isURLByte)
            else { return nil }
            let path = Array(sample.utf8.prefix { $0 != UInt8(ascii: "?") })
            return CanonicalPath.read(path.span, 0..<path.count) == .asWritten ? text : nil
        }
    }

    /// Up to 4,096 characters that may stand in a body.
    static var testBody: Shape {
        parsed("This is longer than 4096 bytes.", fix: "Send a smaller body.") { $0.utf8.count <= 4096 ? $0 : nil }
    }

    static var fieldValue: Shape {
        parsed("This cannot be the value of a field.", fix: "Send 1 to 200 printable ASCII characters.") { text in
            (1...200).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? text : nil
        }
    }

    fileprivate static var settingValue: Shape {
        parsed(
            "This cannot be the value of a setting.",
            fix: "Send one DNS label: up to 63 letters, digits and inner hyphens."
        ) { CredentialSetting.isValue($0) ? $0 : nil }
    }
}

extension Shape where Value == [ProviderTest.Field] {
    static var testFields: Shape {
        Shape<String>.fieldValue
            .members(10, CredentialSlot.isFieldName, fix: "Send a field name that does not frame or route requests.")
            .map { $0.map { ProviderTest.Field(name: $0.name, value: $0.value) } }
    }
}

extension Shape where Value == [CredentialSetting] {
    /// `{name: value}`: what is given for a provider's settings.
    package static var givenSettings: Shape<[CredentialSetting]> {
        Shape<String>.settingValue.members(
            20, NamedPart.isName, fix: "Send the name of one of the provider's settings."
        )
        .map { $0.map { CredentialSetting(name: $0.name, value: $0.value) } }
    }
}

extension Shape where Value == [AnswerRule] {
    /// `{member: [values]}`: up to ten members, each with up to 20 values.
    fileprivate static var answerRules: Shape {
        Shape<AnswerScalar>.scalar.list(1...20)
            .members(10, { (1...64).contains($0.utf8.count) }, fix: "Send 1 to 64 bytes.")
            .map { $0.map { AnswerRule(name: $0.name, values: $0.value) } }
    }
}

extension Shape where Value == AnswerScalar {
    fileprivate static var scalar: Shape {
        Shape { json, pointer throws(FieldFault) in
            switch json {
            case .string(let text) where text.utf8.count <= 200: return .text(text)
            case .bool(let truth): return .truth(truth)
            case .integer(let number): return .number(number)
            case .null, .number, .string, .array, .object:
                throw .type(pointer, "a text of at most 200 bytes, a whole number, true or false")
            }
        }
    }
}
