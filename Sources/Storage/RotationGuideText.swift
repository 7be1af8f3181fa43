// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// How keys are replaced, as stored JSON.
enum RotationGuideText {
    static func json(_ guide: RotationGuide) -> JSON {
        var members: [JSON.Member] = [
            .init(name: "kind", value: .string(guide.kind.rawValue)),
            .init(name: "link", value: guide.link.map { .string($0) } ?? .null),
            .init(name: "steps", value: .array(guide.steps.map { .string($0) })),
        ]
        if let atOnce = guide.atOnce { members.append(.init(name: "at_once", value: .integer(Int64(atOnce)))) }
        if let making = guide.making { members.append(.init(name: "making", value: KeyMakingText.json(making))) }
        if let setting = guide.setting {
            let value: JSON = [
                "request": KeyRequestText.json(setting.request), "length": .integer(Int64(setting.length)),
            ]
            members.append(.init(name: "setting", value: value))
        }
        return .object(members)
    }

    /// Documents of before step 5 have nothing after `steps`.
    static func guide(_ json: JSON) throws -> RotationGuide {
        var guide = RotationGuide(
            kind: try RuleText.need(json["kind"]?.asString.flatMap(RotationGuide.Kind.init(rawValue:))),
            link: json["link"]?.asString, steps: try RuleText.strings(json["steps"]))
        guide.atOnce = json["at_once"]?.asInteger.map { Int($0) }
        guide.making = try json["making"].map(KeyMakingText.making)
        guide.setting = try json["setting"].map { setting in
            ValueSetting(
                request: try KeyRequestText.request(setting["request"]),
                length: Int(try RuleText.need(setting["length"]?.asInteger)))
        }
        return guide
    }
}
