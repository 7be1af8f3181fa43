// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// What a key of Unkey's may use: its rate limits and credits, as limits and a quota.
enum UnkeyAllowances {
    /// The limits that Unkey applies by itself; those that a call must name are the caller's to bring. Of a key's own
    /// limit and its identity's of the same name, the key's is in force.
    static func limits(_ json: JSON?) throws(RowFault) -> JSON? {
        guard let json else { return nil }
        let rows = json.asArray ?? json.asString.flatMap { try? JSON.parse($0) }?.asArray
        guard let rows else { throw .unreadable("ratelimits is not a list.") }
        var limits: [JSON] = []
        var names: Set<String> = []
        for row in rows.filter({ !isIdentitys($0) }) + rows.filter(isIdentitys) where appliesItself(row) {
            let (name, limit) = try limit(row)
            if names.insert(name).inserted { limits.append(limit) }
        }
        return limits.isEmpty ? nil : .array(limits)
    }

    private static func appliesItself(_ row: JSON) -> Bool {
        let flag = row["auto_apply"] ?? row["autoApply"]
        return flag != .bool(false) && flag != 0
    }

    private static func isIdentitys(_ row: JSON) -> Bool { row["identity_id"]?.asString != nil }

    private static func limit(_ row: JSON) throws(RowFault) -> (name: String, json: JSON) {
        guard let name = row["name"]?.asString.flatMap({ Limit.name(elsewhere: $0) }),
            let amount = row["limit"]?.asInteger, Limit.amounts.contains(amount),
            let duration = row["duration"]?.asInteger, (1...Limit.lengths.upperBound.milliseconds).contains(duration)
        else { throw .unreadable("A rate limit cannot be written as a limit.") }
        // In whole seconds, rounded up: never more than was allowed.
        var json: JSON = [
            "name": .string(name), "limit": .integer(amount),
            "per": .string(Length.seconds((duration + 999) / 1000).description),
        ]
        if isIdentitys(row), let members = json.asObject {
            json = .object(members + [JSON.Member(name: "shared_by", value: "account")])
        }
        return (name, json)
    }

    /// What is left of the credits, and how they are refilled.
    static func quota(_ row: JSON) throws(RowFault) -> JSON? {
        let credits = row["credits"]
        guard let remaining = (row["remaining_requests"] ?? credits?["remaining"])?.asInteger else { return nil }
        let refill = credits?["refill"]
        let amount = (row["refill_amount"] ?? refill?["amount"])?.asInteger
        guard remaining > 0 || amount != nil else { throw .needless("used up") }
        // A budget begins with at least 1.
        let left = max(1, remaining)
        guard let amount, amount > 0 else { return ["amount": .integer(left)] }
        let isMonthly = row["refill_day"]?.asInteger != nil || refill?["interval"] == "monthly"
        return [
            "amount": .integer(left),
            "refill": ["amount": .integer(amount), "every": isMonthly ? "month" : "day", "zone": "UTC"],
        ]
    }
}
