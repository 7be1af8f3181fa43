// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// How often kept verdicts were used, until the server is told.
struct KeptUses {
    /// Uses of one verdict.
    struct Use {
        let place: KeptVerdicts.Place
        fileprivate(set) var count = 0
        /// Of the last use.
        fileprivate(set) var address: String?
        fileprivate(set) var userAgent: String?
    }

    private var uses: [KeptVerdicts.Place: Use] = [:]

    /// How many the server takes at once.
    static let mostAtOnce = 1000
    fileprivate static let highestCount = 100_000_000

    mutating func count(_ place: KeptVerdicts.Place, of question: VerifyQuestion) {
        uses[place, default: Use(place: place)].note(question)
    }

    /// Gives away as many as the server takes.
    mutating func take() -> [Use] {
        let taken = Array(uses.values.prefix(Self.mostAtOnce))
        for use in taken { uses[use.place] = nil }
        return taken
    }

    /// They were not told. If the server heard them and only its answer was lost, they will count twice: a key in use
    /// must not pass for an idle one.
    mutating func putBack(_ untold: [Use]) {
        for use in untold {
            var sum = uses[use.place] ?? use
            if uses[use.place] != nil { sum.count = min(sum.count + use.count, Self.highestCount) }
            uses[use.place] = sum
        }
    }
}

extension KeptUses.Use {
    fileprivate mutating func note(_ question: VerifyQuestion) {
        count = min(count + 1, KeptUses.highestCount)
        address = question.address
        userAgent = question.userAgent
    }

    /// The scopes as a query, as the server reads them; nil for none.
    var scopes: String? {
        switch place.scopes {
        case .none: nil
        case .all(let scopes): scopes.isEmpty ? nil : scopes.joined(separator: " AND ")
        case .query(let query): query
        }
    }
}
