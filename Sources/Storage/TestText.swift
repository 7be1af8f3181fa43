// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Wire

/// How a key is tested, as stored JSON.
enum TestText {
    static func json(_ test: ProviderTest) -> JSON {
        [
            "method": .string(test.method), "path": .string(test.path),
            "headers": .object(test.fields.map { .init(name: $0.name, value: .string($0.value)) }),
            "content_type": test.contentType.map { .string($0) } ?? .null,
            "body": test.body.map { .string($0) } ?? .null,
            "expect": .array(test.expect.map { .integer(Int64($0)) }),
            "dead": .array(test.dead.map { .integer(Int64($0)) }),
            "answer": rules(test.answer), "dead_answer": rules(test.deadAnswer),
            "settings": .object(test.settings.map { .init(name: $0.name, value: .string($0.value)) }),
        ]
    }

    static func test(_ json: JSON) throws -> ProviderTest {
        var test = ProviderTest(
            method: try RuleText.need(json["method"]?.asString), path: try RuleText.need(json["path"]?.asString),
            contentType: json["content_type"]?.asString, body: json["body"]?.asString,
            expect: try statuses(json["expect"]), dead: try statuses(json["dead"]))
        test.fields = try texts(json["headers"]) { .init(name: $0, value: $1) }
        test.answer = try rules(json["answer"])
        test.deadAnswer = try rules(json["dead_answer"])
        test.settings = try texts(json["settings"]) { .init(name: $0, value: $1) }
        return test
    }

    private static func statuses(_ json: JSON?) throws -> [Int] {
        try RuleText.need(json?.asArray).map { Int(try RuleText.need($0.asInteger)) }
    }

    private static func texts<Value>(_ json: JSON?, _ make: (String, String) -> Value) throws -> [Value] {
        try (json?.asObject ?? []).map { make($0.name, try RuleText.need($0.value.asString)) }
    }

    private static func rules(_ rules: [AnswerRule]) -> JSON {
        .object(rules.map { .init(name: $0.name, value: .array($0.values.map(scalar))) })
    }

    private static func scalar(_ scalar: AnswerScalar) -> JSON {
        switch scalar {
        case .text(let text): .string(text)
        case .truth(let truth): .bool(truth)
        case .number(let number): .integer(number)
        }
    }

    private static func rules(_ json: JSON?) throws -> [AnswerRule] {
        try (json?.asObject ?? []).map { member in
            AnswerRule(name: member.name, values: try RuleText.need(member.value.asArray).map(scalar))
        }
    }

    private static func scalar(_ json: JSON) throws -> AnswerScalar {
        switch json {
        case .string(let text): .text(text)
        case .bool(let truth): .truth(truth)
        case .integer(let number): .number(number)
        case .null, .number, .array, .object: throw StorageFailure.unreadable("provider test")
        }
    }
}
