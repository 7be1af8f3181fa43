// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// How a provider makes keys, as stored JSON.
enum KeyMakingText {
    static func json(_ making: KeyMaking) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "mint", value: KeyRequestText.json(making.mint)),
            .init(name: "value", value: wants(making.value)),
            .init(name: "key", value: .string(making.key.text)),
            .init(name: "list", value: KeyRequestText.json(making.list)), .init(name: "rows", value: rows(making.rows)),
            .init(name: "next", value: making.next.map { .string($0) } ?? .null),
            .init(name: "delete", value: KeyRequestText.json(making.delete)),
            .init(name: "gone", value: .array(making.gone.map { .integer(Int64($0)) })),
        ]
        if let own = making.own {
            let value: JSON = ["request": KeyRequestText.json(own.request), "key": .string(own.key.text)]
            members.append(.init(name: "own", value: value))
        }
        if let part = making.ownPart {
            let value: JSON = [
                "part": .string(part.part), "after": .string(part.after), "before": .string(part.before),
            ]
            members.append(.init(name: "own_part", value: value))
        }
        if let describe = making.describe {
            let value: JSON = ["request": KeyRequestText.json(describe.request), "take": taken(describe.take)]
            members.append(.init(name: "describe", value: value))
        }
        return .object(members)
    }

    static func making(_ json: JSON) throws -> KeyMaking {
        var making = KeyMaking(
            mint: try KeyRequestText.request(json["mint"]), value: try wants(json["value"]),
            key: try path(json["key"]), list: try KeyRequestText.request(json["list"]), rows: try rows(json["rows"]),
            delete: try KeyRequestText.request(json["delete"]), gone: try KeyRequestText.statuses(json["gone"]))
        making.next = json["next"]?.asString
        making.own = try json["own"].map { own in
            KeyMaking.Own(request: try KeyRequestText.request(own["request"]), key: try path(own["key"]))
        }
        making.ownPart = try json["own_part"].map { part in
            KeyMaking.OwnPart(
                part: try RuleText.need(part["part"]?.asString), after: try RuleText.need(part["after"]?.asString),
                before: try RuleText.need(part["before"]?.asString))
        }
        making.describe = try json["describe"].map { describe in
            KeyMaking.Describe(
                request: try KeyRequestText.request(describe["request"]), take: try taken(describe["take"]))
        }
        return making
    }

    private static func wants(_ wants: [AnswerWant]) -> JSON {
        .object(wants.map { .init(name: $0.name, value: .string($0.at.text)) })
    }

    private static func wants(_ json: JSON?) throws -> [AnswerWant] {
        try RuleText.need(json?.asObject).map { AnswerWant(name: $0.name, at: try path($0.value)) }
    }

    private static func taken(_ wants: [AnswerWant]) -> JSON {
        .object(
            wants.map { want in
                let value: JSON = ["at": .string(want.at.text), "else": want.otherwise.map { .string($0) } ?? .null]
                return .init(name: want.name, value: value)
            })
    }

    private static func taken(_ json: JSON?) throws -> [AnswerWant] {
        try RuleText.need(json?.asObject).map { member in
            var want = AnswerWant(name: member.name, at: try path(member.value["at"]), asJSON: true)
            want.otherwise = member.value["else"]?.asString
            return want
        }
    }

    private static func rows(_ rows: AnswerRows) -> JSON {
        [
            "items": .string(rows.items.text), "key": .string(rows.key.text),
            "label": rows.label.map { .string($0.text) } ?? .null, "more": rows.more.map { .string($0.text) } ?? .null,
        ]
    }

    private static func rows(_ json: JSON?) throws -> AnswerRows {
        AnswerRows(
            items: try path(json?["items"]), key: try path(json?["key"]), label: try optionalPath(json?["label"]),
            more: try optionalPath(json?["more"]))
    }

    private static func path(_ json: JSON?) throws -> AnswerPath {
        try RuleText.need(json?.asString.flatMap { AnswerPath($0) })
    }

    private static func optionalPath(_ json: JSON?) throws -> AnswerPath? {
        guard let json, !json.isNull else { return nil }
        return try path(json)
    }
}
