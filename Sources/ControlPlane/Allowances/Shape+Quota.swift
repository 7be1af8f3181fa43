// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes
import Wire

extension Shape where Value == Quota {
    /// `{amount, refill?, alerts?}`. `zones` says which time zones there are.
    static func quota(in zones: TimeZones) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["amount", "refill", "alerts"])
            let amount = try fields.required("amount", .integer(Quota.amounts))
            let refill = try fields.nullable("refill", Shape<Quota.Refill>.refill(of: amount, in: zones))
            let alerts =
                try fields.optional("alerts", Shape<Int64>.integer(1...100).list(0...Quota.longestAlerts)) ?? []
            guard let quota = Quota(amount: amount, refill: refill, alerts: alerts.map { Int($0) }) else {
                throw .value(pointer, "This is not a quota.", fix: "Send amount, and refill if it is to be filled up.")
            }
            return quota
        }
    }
}

extension Shape where Value == Quota.Refill {
    /// `{amount?, every, zone?, mode?}`; the amount is that of the quota unless it is given.
    static func refill(of amount: Int64, in zones: TimeZones) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Fields(json, at: pointer, ["amount", "every", "zone", "mode"])
            let own = try fields.optional("amount", .integer(Quota.amounts))
            let zone = try fields.optional("zone", .zone(in: zones))
            let every = try fields.required("every", Shape<Quota.Refill.Every>.every(zone ?? "UTC"))
            let mode = try fields.optional("mode", Shape<Quota.Refill.Mode>.word) ?? .replace
            if case .length = every, zone != nil {
                throw .value(
                    Fields.pointer(pointer, "zone"), "Only days, weeks and months begin by a time zone.",
                    fix: "Leave zone out, or send day, week or month as every.")
            }
            return Quota.Refill(amount: own ?? amount, every: every, mode: mode)
        }
    }
}

extension Shape where Value == Quota.Refill.Every {
    /// `day`, `week`, `month` or a length of time.
    static func every(_ zone: String) -> Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let text = json.asString else { throw .type(pointer, "a string") }
            switch text {
            case "day": return .day(zone: zone)
            case "week": return .week(zone: zone)
            case "month": return .month(zone: zone)
            default: break
            }
            guard text.utf8.first != UInt8(ascii: "0"), let length = Length(text) else {
                throw .value(
                    pointer, "This is neither day, week or month nor a length of time.",
                    fix: "Send day, week, month, or a whole number and s, m, h or d, such as 12h.")
            }
            guard Quota.lengths.contains(length) else { throw Shape<Length>.outside(Quota.lengths, pointer) }
            return .length(length)
        }
    }
}

extension Shape where Value == String {
    /// A time zone by its name in the IANA database. `UTC`, or an area and a place: abbreviations such as EST and
    /// offsets such as GMT+3 name no rule, and the sign of the latter is read either way.
    static func zone(in zones: TimeZones) -> Shape {
        parsed(
            "There is no such time zone.", fix: "Send UTC or a name of the IANA database, such as Europe/Berlin."
        ) { text in isZoneName(text) && zones.knows(text) ? text : nil }
    }

    private static func isZoneName(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard text != "UTC" else { return true }
        return text.utf8.count <= 64 && (2...3).contains(parts.count)
            && parts.allSatisfy { part in
                part.first.map(isLetter) == true
                    && part.allSatisfy { isLetter($0) || (0x30...0x39).contains($0) || "+-_".utf8.contains($0) }
            }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) }
}
