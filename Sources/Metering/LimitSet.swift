// SPDX-License-Identifier: Apache-2.0
package import Access

/// The limits of a key, worked out once for all calls: what the arithmetic needs, and what answers say of them.
package struct LimitSet: Hashable, Sendable {
    /// One limit as it is metered.
    package struct Rule: Hashable, Sendable {
        package let limit: Limit
        /// Nanoseconds in which one unit comes back, rounded up so that the rate is never exceeded; 0 in flight.
        let interval: UInt64
        /// How far ahead of now the meter may stand: what all units together take.
        let tolerance: UInt64
        /// The name as meters know it.
        let name: UInt64
        /// The name and a closing quotation mark, as answers end it.
        package let quotedName: [UInt8]
        /// Whether it is counted for the integration that a call goes through, and for nobody else.
        package let isOfIntegration: Bool

        /// What answers call it: an integration's stands apart, since a key may have one of the same name.
        package var shownName: String { LimitSet.shownName(limit, isOfIntegration) }

        init(_ limit: Limit, isOfIntegration: Bool) {
            self.limit = limit
            self.isOfIntegration = isOfIntegration
            name = LimitSet.code(limit)
            quotedName = Array((LimitSet.shownName(limit, isOfIntegration) + "\"").utf8)
            switch limit.measure {
            case .inFlight: (interval, tolerance) = (0, 0)
            case .rate(let length):
                let nanoseconds = UInt64(length.milliseconds) * 1_000_000
                let amount = UInt64(limit.amount)
                interval = (nanoseconds + amount - 1) / amount
                tolerance = interval * amount
            }
        }
    }

    package let rules: [Rule]
    /// `RateLimit-Policy` for them (draft-ietf-httpapi-ratelimit-headers-11, section 3): `"burst";q=100;w=60`.
    package let policy: [UInt8]

    /// No limits.
    package static let none = LimitSet([])

    /// Limits with different names.
    package init(_ limits: [Limit]) { self.init(rules: limits.map { Rule($0, isOfIntegration: false) }) }

    /// The limits of a key together with those of the integration that its calls go through: one charge takes all of
    /// them or none.
    package init(_ set: LimitSet, integration limits: [Limit]) {
        self.init(rules: set.rules + limits.map { Rule($0, isOfIntegration: true) })
    }

    private init(rules: [Rule]) {
        self.rules = rules
        let items = rules.map { rule in
            switch rule.limit.measure {
            case .rate(let length):
                "\"\(rule.shownName)\";q=\(rule.limit.amount);w=\((length.milliseconds + 999) / 1000)"
            case .inFlight: "\"\(rule.shownName)\";q=\(rule.limit.amount);qu=\"concurrent-requests\""
            }
        }
        policy = Array(items.joined(separator: ", ").utf8)
    }

    /// Whether one of them bounds calls in flight.
    package var boundsCallsInFlight: Bool { rules.contains { $0.limit.measure == .inFlight } }

    /// FNV-1a of the name, apart for the two measures: another seed would only make one name clash with another's
    /// other measure. Names are few and their own account's: nobody gains by a clash.
    private static func code(_ limit: Limit) -> UInt64 {
        let code = limit.name.utf8.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
        return limit.measure == .inFlight ? ~code : code
    }

    /// `burst`, or `integration:burst`: no limit can be named so.
    private static func shownName(_ limit: Limit, _ isOfIntegration: Bool) -> String {
        isOfIntegration ? "integration:" + limit.name : limit.name
    }

    /// The limits.
    package var limits: [Limit] { rules.map(\.limit) }
    package var isEmpty: Bool { rules.isEmpty }

    package static func == (left: LimitSet, right: LimitSet) -> Bool { left.rules == right.rules }
    package func hash(into hasher: inout Hasher) { hasher.combine(rules) }
}
