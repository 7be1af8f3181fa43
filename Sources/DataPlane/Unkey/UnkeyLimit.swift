// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Metering
internal import Wire

/// A rate limit that a call names: one of the key's, or one that the call brings.
struct UnkeyLimit {
    let name: String
    let cost: Int64
    /// What the call brings; nil for the key's own of that name.
    let own: Limit?

    private static let mostLimits = 16

    /// Reads the list.
    static func readAll(_ reader: inout JSONReader, _ body: Span<UInt8>) throws -> [UnkeyLimit] {
        var limits: [UnkeyLimit] = []
        try reader.beginArray(body)
        while try reader.nextElement(body) {
            let pointer = "/ratelimits/\(limits.count)"
            guard limits.count < mostLimits else {
                throw UnkeyFault.invalid(pointer, "A call names at most 16 limits.", fix: "Name fewer.")
            }
            let limit = try read(&reader, body, pointer)
            guard !limits.contains(where: { $0.name == limit.name }) else {
                throw UnkeyFault.invalid(pointer + "/name", "The limit is named twice.", fix: "Name it once.")
            }
            limits.append(limit)
        }
        return limits
    }

    private static func read(
        _ reader: inout JSONReader, _ body: Span<UInt8>, _ pointer: String
    ) throws -> UnkeyLimit {
        var (name, cost, amount, duration) = (String?.none, Int64(1), Int64?.none, Int64?.none)
        try reader.beginObject(body)
        while let member = try reader.nextName(body) {
            if try reader.null(body) { continue }
            if member.equals("name", in: body) {
                name = Limit.name(elsewhere: try reader.string(body).string(in: body))
            } else if member.equals("cost", in: body) {
                cost = try VerifyQuestion.cost(&reader, body, pointer + "/cost")
            } else if member.equals("limit", in: body) {
                amount = try reader.integer(body)
            } else if member.equals("duration", in: body) {
                duration = try reader.integer(body)
            } else {
                throw VerifyFault.unknownField(in: pointer, member.string(in: body))
            }
        }
        guard let name else {
            throw UnkeyFault.invalid(
                pointer + "/name", "A limit's name begins with a letter and has at most 32 characters.",
                fix: "Name a limit of the key.")
        }
        guard let amount, let duration else { return UnkeyLimit(name: name, cost: cost, own: nil) }
        guard let own = Limit(name, amount, .rate(per: Length(milliseconds: duration))) else {
            throw UnkeyFault.invalid(
                pointer, "A limit is 1 to 1000000000 in a duration of 1000 ms to 366 days.",
                fix: "Mend `limit` or `duration`.")
        }
        return UnkeyLimit(name: name, cost: cost, own: own)
    }

    /// The limits in force for a call and what it takes from each.
    struct InForce {
        /// Nil: those of the key.
        var set: LimitSet?
        /// By their order in the set; empty when all take what the call costs.
        var costs: [Int64] = []
    }

    /// All of the key's, each at a cost of 1 unless the call says otherwise, and those that the call brings.
    static func inForce(_ asked: [UnkeyLimit], beside set: LimitSet, cost: Int64) throws(UnkeyFault) -> InForce {
        guard !asked.isEmpty else {
            return InForce(costs: cost == 1 ? [] : Array(repeating: 1, count: set.rules.count))
        }
        var limits = set.limits
        var costs = [Int64](repeating: 1, count: limits.count)
        for limit in asked {
            if let place = limits.firstIndex(where: { $0.name == limit.name }) {
                costs[place] = limit.cost
                limits[place] = limit.own ?? limits[place]
            } else if let own = limit.own {
                limits.append(own)
                costs.append(limit.cost)
            } else {
                throw .limitUnknown(limit.name)
            }
        }
        return InForce(set: limits == set.limits ? nil : LimitSet(limits), costs: costs)
    }
}
