// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What a rule asks of one claim: that it be there and fit one of the patterns.
package struct ClaimCondition: Equatable, Sendable {
    /// The claim's name; or, when it begins with `/`, a JSON pointer (RFC 6901) to a value inside one, such as
    /// `/kubernetes.io/namespace`.
    package let claim: String
    /// One at least.
    package let patterns: [ClaimPattern]

    /// The most conditions of a rule, and patterns of a condition.
    package static let most = 20

    /// A condition; nil for a name of no or more than 128 bytes, a broken pointer, or a wrong count of patterns.
    package init?(claim: String, patterns: [ClaimPattern]) {
        guard (1...128).contains(claim.utf8.count), (1...Self.most).contains(patterns.count),
            claim.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }),
            !claim.hasPrefix("/") || Self.steps(claim) != nil
        else { return nil }
        self.claim = claim
        self.patterns = patterns
    }

    /// The value of the claim where it fits; nil where it does not or is not there.
    ///
    /// Of a list, one element must fit. Whole numbers and booleans are compared as they are written in JSON; null,
    /// fractions and objects fit nothing.
    func fitting(_ claims: JSON) -> String? {
        guard let value = value(in: claims) else { return nil }
        let candidates = value.asArray ?? [value]
        return candidates.lazy.compactMap(Self.text).first { text in patterns.contains { $0.accepts(text) } }
    }

    private func value(in claims: JSON) -> JSON? {
        guard claim.hasPrefix("/") else { return claims.member(claim) }
        var value: JSON? = claims
        for step in Self.steps(claim) ?? [] { value = value?.member(step) }
        return value
    }

    /// The names of a pointer, escapes resolved; nil when one is broken.
    private static func steps(_ pointer: String) -> [String]? {
        var steps: [String] = []
        for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var name = ""
            var rest = part.makeIterator()
            while let character = rest.next() {
                guard character == "~" else {
                    name.append(character)
                    continue
                }
                switch rest.next() {
                case "0": name.append("~")
                case "1": name.append("/")
                default: return nil
                }
            }
            steps.append(name)
        }
        return steps
    }

    private static func text(_ json: JSON) -> String? {
        switch json {
        case .string(let text): text
        case .integer(let number): String(number)
        case .bool(let value): value ? "true" : "false"
        case .null, .number, .array, .object: nil
        }
    }
}

extension JSON {
    /// The member whose name has these very bytes.
    fileprivate func member(_ name: String) -> JSON? {
        asObject?.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
}
