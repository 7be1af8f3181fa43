// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// Limits and quotas as they are stored: JSON text in the shape of the API.
enum AllowanceText {
    static func text(_ limits: [Limit]) -> String { JSON.array(limits.map(json)).text }

    static func limits(_ text: String) throws -> [Limit] {
        guard text != "[]" else { return [] }
        return try RuleText.need(try RuleText.parse(text).asArray).map(limit)
    }

    private static func json(_ limit: Limit) -> JSON {
        var members = [
            JSON.Member(name: "name", value: .string(limit.name)),
            JSON.Member(name: "limit", value: .integer(limit.amount)),
            JSON.Member(name: "shared_by", value: .string(limit.sharedBy.rawValue)),
        ]
        if case .rate(let length) = limit.measure {
            members.append(JSON.Member(name: "per", value: .integer(length.milliseconds)))
        }
        return .object(members)
    }

    private static func limit(_ json: JSON) throws -> Limit {
        let per = json["per"]?.asInteger.map { Limit.Measure.rate(per: Length(milliseconds: $0)) }
        return try RuleText.need(
            Limit(
                try RuleText.need(json["name"]?.asString), try RuleText.need(json["limit"]?.asInteger),
                per ?? .inFlight,
                sharedBy: try RuleText.need(json["shared_by"]?.asString.flatMap(Limit.Sharing.init(rawValue:)))))
    }

    static func text(_ quota: Quota) -> String {
        var members = [
            JSON.Member(name: "amount", value: .integer(quota.amount)),
            JSON.Member(name: "alerts", value: .array(quota.alerts.map { .integer(Int64($0)) })),
        ]
        if let refill = quota.refill {
            members.append(
                JSON.Member(
                    name: "refill",
                    value: .object(
                        [
                            .init(name: "amount", value: .integer(refill.amount)),
                            .init(name: "mode", value: .string(refill.mode.rawValue)),
                        ] + every(refill.every))))
        }
        return JSON.object(members).text
    }

    private static func every(_ every: Quota.Refill.Every) -> [JSON.Member] {
        let (word, zone): (JSON, String?) =
            switch every {
            case .day(let zone): (.string("day"), zone)
            case .week(let zone): (.string("week"), zone)
            case .month(let zone): (.string("month"), zone)
            case .length(let length): (.integer(length.milliseconds), nil)
            }
        return [.init(name: "every", value: word)] + (zone.map { [.init(name: "zone", value: .string($0))] } ?? [])
    }

    static func quota(_ text: String) throws -> Quota {
        let json = try RuleText.parse(text)
        return try RuleText.need(
            Quota(
                amount: try RuleText.need(json["amount"]?.asInteger), refill: try json["refill"].map(refill),
                alerts: try RuleText.need(json["alerts"]?.asArray).map { Int(try RuleText.need($0.asInteger)) }))
    }

    private static func refill(_ json: JSON) throws -> Quota.Refill {
        let zone = json["zone"]?.asString ?? "UTC"
        let every: Quota.Refill.Every? =
            if let length = json["every"]?.asInteger {
                .length(Length(milliseconds: length))
            } else {
                switch json["every"]?.asString {
                case "day": .day(zone: zone)
                case "week": .week(zone: zone)
                case "month": .month(zone: zone)
                default: nil
                }
            }
        return Quota.Refill(
            amount: try RuleText.need(json["amount"]?.asInteger), every: try RuleText.need(every),
            mode: try RuleText.need(json["mode"]?.asString.flatMap(Quota.Refill.Mode.init(rawValue:))))
    }
}
