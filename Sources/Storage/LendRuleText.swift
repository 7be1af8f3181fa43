// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Wire

/// What integrations and permission sets allow, and the care for lent calls, as stored JSON.
enum LendRuleText {
    static func json(_ rules: [LendRule]) -> JSON {
        .array(
            rules.map { rule in
                var members: [JSON.Member] = [
                    .init(name: "methods", value: .array(rule.route.shownMethods.map { .string($0) })),
                    .init(name: "path", value: .string(rule.route.path)),
                ]
                if let query = rule.query {
                    members.append(.init(name: "query", value: .object(query.map(member))))
                }
                return .object(members)
            })
    }

    private static func member(_ rule: QueryRule) -> JSON.Member {
        .init(
            name: String(decoding: rule.name, as: UTF8.self), value: .array(rule.values.map { .string($0.text) }))
    }

    static func rules(_ json: JSON?) throws -> [LendRule] {
        let items = try RuleText.need(json?.asArray)
        return try zip(items, RuleText.routes(json)).map { item, route in
            guard let query = item["query"] else { return LendRule(route) }
            return LendRule(
                route,
                query: try RuleText.need(query.asObject).map { member in
                    QueryRule(
                        name: member.name,
                        values: try RuleText.strings(member.value).map { try RuleText.need(Glob($0)) })
                })
        }
    }

    static func json(_ care: LendCare) -> JSON {
        guard care != LendCare() else { return .object([]) }
        return .object([
            .init(name: "scrubs", value: .bool(care.scrubs)),
            .init(name: "compressed", value: .string(care.compressed.rawValue)),
            .init(name: "request", value: care.requestBytes.map { .integer(Int64($0)) } ?? .null),
            .init(name: "response", value: care.responseBytes.map { .integer(Int64($0)) } ?? .null),
        ])
    }

    static func care(_ json: JSON) throws -> LendCare {
        var care = LendCare()
        guard let text = json["compressed"]?.asString else { return care }
        care.compressed = try RuleText.need(LendCare.Compressed(rawValue: text))
        care.scrubs = try RuleText.need(json["scrubs"]?.asBool)
        care.requestBytes = json["request"]?.asInteger.map { Int($0) }
        care.responseBytes = json["response"]?.asInteger.map { Int($0) }
        return care
    }
}
