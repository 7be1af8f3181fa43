// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import ArgumentParser
internal import Wire

/// `burst=100/1m`, `at-once=5/in-flight`, either with `:shared=owner` or `:shared=account`.
struct LimitArgument: ExpressibleByArgument {
    /// How it is written, for help texts.
    static let grammar = "NAME=100/1m, NAME=5/in-flight, with :shared=owner or :shared=account"

    let limit: Limit

    init?(argument: String) {
        let sides = argument.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard sides.count == 2 else { return nil }
        let parts = sides[1].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let bound = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard bound.count == 2, let amount = WholeNumber.read(bound[0]), let measure = Self.measure(bound[1]),
            let sharing = Self.sharing(parts.dropFirst().first),
            let limit = Limit(String(sides[0]), amount, measure, sharedBy: sharing)
        else { return nil }
        self.limit = limit
    }

    private static func measure(_ text: Substring) -> Limit.Measure? {
        text == "in-flight" ? .inFlight : Length(text).map { .rate(per: $0) }
    }

    private static func sharing(_ text: Substring?) -> Limit.Sharing? {
        guard let text else { return .key }
        return text.hasPrefix("shared=") ? Limit.Sharing(rawValue: String(text.dropFirst(7))) : nil
    }

    var json: JSON {
        let measure: (name: String, value: JSON) =
            switch limit.measure {
            case .rate(let length): ("per", .string(length.description))
            case .inFlight: ("in_flight", true)
            }
        let sharing = limit.sharedBy == .key ? nil : JSON.string(limit.sharedBy.rawValue)
        return .given([
            "name": .string(limit.name), "limit": .integer(limit.amount), measure.name: measure.value,
            "shared_by": sharing,
        ])
    }

    /// A list of limits.
    static func list(_ limits: [LimitArgument]) -> JSON { .array(limits.map(\.json)) }
}

/// Digits alone: no sign, no blanks, no exponent.
enum WholeNumber {
    static func read(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
    }
}
