// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// Limits and quotas as people give them to the commands, so that what is shown can be given back.
enum AllowancePhrase {
    /// `burst=100/1m`, `at-once=5/in-flight:shared=owner`; nil for what is no limit.
    static func limit(_ value: JSON) -> String? {
        guard let name = value["name"]?.asString, let amount = value["limit"]?.asInteger,
            let sharing = value["shared_by"]?.asString
        else { return nil }
        let measure = value["in_flight"] == true ? "in-flight" : value["per"]?.asString ?? "-"
        return PlainText.line("\(name)=\(amount)/\(measure)" + (sharing == "key" ? "" : ":shared=\(sharing)"))
    }

    /// `958 of 1000/month@Europe/Berlin left, refilled 2026-12-01T00:00:00.000Z, alerts at 80, 100 %`; nil for what is
    /// no quota.
    static func quota(_ value: JSON) -> String? {
        guard let amount = value["amount"]?.asInteger, value["alerts"]?.asArray != nil,
            let remaining = value["remaining"]?.asInteger
        else { return nil }
        let rule = "\(amount)" + (value["refill"].flatMap { refill($0, of: amount) } ?? "")
        let alerts = (value["alerts"]?.asArray ?? []).compactMap(\.asInteger).map(String.init)
        let parts = [
            "\(remaining) of \(rule) left", value["refills_at"]?.asString.map { "refilled \($0)" },
            alerts.isEmpty ? nil : "alerts at \(alerts.joined(separator: ", ")) %",
        ]
        return PlainText.line(parts.compactMap { $0 }.joined(separator: ", "))
    }

    private static func refill(_ value: JSON, of amount: Int64) -> String? {
        guard let every = value["every"]?.asString else { return nil }
        let zone = value["zone"]?.asString.flatMap { $0 == "UTC" ? nil : "@\($0)" } ?? ""
        let other = value["amount"]?.asInteger.flatMap { $0 == amount ? nil : " then \($0)" } ?? ""
        return "\(other)/\(every)\(zone)" + (value["mode"] == "add" ? "+add" : "")
    }

    /// `958/1000`, for a column; `-` where there is no quota.
    static func left(_ item: JSON) -> String {
        guard let quota = item["quota"], let remaining = quota["remaining"]?.asInteger,
            let amount = quota["amount"]?.asInteger
        else { return "-" }
        return "\(remaining)/\(amount)"
    }
}
