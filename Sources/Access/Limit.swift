// SPDX-License-Identifier: Apache-2.0

/// A named bound on how often, or how many at once: `100 per 1m`, or 5 in flight.
package struct Limit: Hashable, Sendable {
    /// What is bounded.
    package enum Measure: Hashable, Sendable {
        /// Units per length of time. Units come back evenly over it, not all at its end.
        case rate(per: Length)
        /// Calls that have begun and not ended.
        case inFlight
    }

    /// Whose calls count together.
    package enum Sharing: String, Hashable, Sendable, CaseIterable {
        case key, owner, account
    }

    /// `[a-z][a-z0-9_-]{0,31}`; also what answers call it. Limits of one name and one subject are one count.
    package let name: String
    package let amount: Int64
    package let measure: Measure
    package let sharedBy: Sharing

    /// How many limits a key or keyspace may have.
    package static let longestList = 16
    /// The amounts that are taken.
    package static let amounts: ClosedRange<Int64> = 1...1_000_000_000
    /// The lengths that are taken: a second to a year.
    package static let lengths: ClosedRange<Length> = .seconds(1)...(.seconds(366 * 86_400))

    /// A limit; nil when a part is out of bounds.
    package init?(_ name: String, _ amount: Int64, _ measure: Measure, sharedBy: Sharing = .key) {
        guard Limit.isName(name), Limit.amounts.contains(amount) else { return nil }
        if case .rate(let length) = measure, !Limit.lengths.contains(length) { return nil }
        self.name = name
        self.amount = amount
        self.measure = measure
        self.sharedBy = sharedBy
    }

    /// A limit's name in another system as a name here: in lower case, and with `-` for what may not stand in one; nil
    /// when that is no name either.
    package static func name(elsewhere text: String) -> String? {
        let name = String(
            decoding: text.lowercased().utf8.map { isNameByte($0) ? $0 : UInt8(ascii: "-") }, as: UTF8.self)
        return isName(name) ? name : nil
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) || byte == 0x2D || byte == 0x5F
    }

    /// Whether a text may name a limit. Such a text needs no escaping in a header or in JSON.
    package static func isName(_ text: String) -> Bool {
        guard (1...32).contains(text.utf8.count), let first = text.utf8.first, (0x61...0x7A).contains(first) else {
            return false
        }
        return text.utf8.allSatisfy(isNameByte)
    }
}
