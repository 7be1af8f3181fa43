// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// A request about keys, as stored JSON.
enum KeyRequestText {
    static func json(_ request: KeyMaking.Request) -> JSON {
        [
            "method": .string(request.method), "path": .string(request.path),
            "origin": request.origin.map { .string($0.text) } ?? .null,
            "headers": .object(request.fields.map { .init(name: $0.name, value: .string($0.value)) }),
            "content_type": request.contentType.map { .string($0) } ?? .null,
            "body": request.body.map { .string($0) } ?? .null,
            "settings": .object(request.settings.map { .init(name: $0.name, value: .string($0.value)) }),
            "expect": .array(request.expect.map { .integer(Int64($0)) }),
        ]
    }

    static func request(_ json: JSON?) throws -> KeyMaking.Request {
        let json = try RuleText.need(json)
        var request = KeyMaking.Request(
            method: try RuleText.need(json["method"]?.asString), path: try RuleText.need(json["path"]?.asString),
            expect: try statuses(json["expect"]))
        request.origin = try json["origin"]?.asString.map { try RuleText.need(OriginPattern($0)) }
        request.fields = try texts(json["headers"]) { .init(name: $0, value: $1) }
        (request.contentType, request.body) = (json["content_type"]?.asString, json["body"]?.asString)
        request.settings = try texts(json["settings"]) { .init(name: $0, value: $1) }
        return request
    }

    static func statuses(_ json: JSON?) throws -> [Int] {
        try RuleText.need(json?.asArray).map { Int(try RuleText.need($0.asInteger)) }
    }

    private static func texts<Value>(_ json: JSON?, _ make: (String, String) -> Value) throws -> [Value] {
        try (json?.asObject ?? []).map { make($0.name, try RuleText.need($0.value.asString)) }
    }
}
