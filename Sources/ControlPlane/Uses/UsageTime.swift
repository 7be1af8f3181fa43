// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys

/// Which counts a call asks for: `from`, `to`, `step`, `code`, `tag`.
struct UsageTime {
    let choice: UsageChoice
    /// Whether the call named a step.
    let hasStep: Bool

    /// Until now and three hours of minutes, a week of hours or ninety days back, unless the call says otherwise.
    init(_ call: Call) throws {
        let query = call.query
        let step = try query.value("step", "`minute`, `hour` or `day`") { UsageStep(rawValue: $0) }
        let to = try UsageTime.moment("to", query) ?? call.now
        let from = try UsageTime.moment("from", query) ?? to + UsageTime.usual(step ?? .hour)
        guard from < to else {
            throw ParameterFault("from", "`from` is not before `to`.", fix: "Send a time before `to`.")
        }
        choice = UsageChoice(
            from: from, to: to, step: step ?? .hour, code: try UsageTime.code(query),
            tag: try query.text("tag", 1...64))
        hasStep = step != nil
    }

    private static func usual(_ step: UsageStep) -> Length {
        switch step {
        case .minute: .seconds(-3 * 3600)
        case .hour: .seconds(-7 * 86_400)
        case .day: .seconds(-90 * 86_400)
        }
    }

    static func moment(_ name: String, _ query: Query) throws -> Instant? {
        try query.value(name, "a time such as 2026-01-31T09:00:00Z") { text in
            Instant(text).flatMap { $0 <= .latest ? $0 : nil }
        }
    }

    private static func code(_ query: Query) throws -> VerdictCode? {
        try query.value("code", "a code of a known key, such as `valid` or `rate_limited`") { text in
            VerdictCode(text).flatMap { [.malformed, .unknown, .unreadableScopes].contains($0) ? nil : $0 }
        }
    }
}

extension UsageScope {
    /// `account` and `keyspace` of a call.
    init(_ call: Call) async throws {
        self.init(account: try call.query.id("account", "an account"))
        guard let name = call.query.text("keyspace") else { return }
        guard let found = try await KeyViews(call: call).keyspace(name) else {
            throw ParameterFault(
                "keyspace", "There is no such keyspace.", fix: "Name one that exists, by name or id, or leave it out.")
        }
        keyspace = found
    }
}

/// A page of what is sorted by numbers: the cursor counts how many items came before.
struct CountedPage {
    private let position: ListPosition
    let skipping: Int
    let limit: Int

    /// How many lines a table has at most.
    static let longestTable = 10_000

    init(_ list: String, _ query: Query) throws {
        position = try ListPosition(list, query)
        skipping = position.page.after.flatMap { Int($0) } ?? 0
        limit = position.page.limit
    }

    /// The items of the page from up to one more, and the cursor of the page after it.
    func cut<Item>(_ items: [Item]) -> (items: [Item], next: String?) {
        guard items.count > limit else { return (items, nil) }
        return (Array(items.prefix(limit)), position.cursor(after: String(skipping + limit)))
    }
}
