// SPDX-License-Identifier: Apache-2.0
import Access

/// The query of a request: names and values, each name once.
struct Query: Equatable, Sendable {
    /// In the order sent.
    let parameters: [Parameter]

    /// A name and its value, escapes resolved.
    struct Parameter: Equatable, Sendable {
        let name: String
        let value: String
    }

    /// Reads `a=b&c=d` as HTML forms write it: `+` is a space, `%41` a byte; strict about escapes and UTF-8.
    init(_ text: Substring) throws(ParameterFault) {
        var parameters: [Parameter] = []
        if !text.isEmpty {
            for pair in text.split(separator: "&", omittingEmptySubsequences: false) {
                let parameter = try Query.parameter(pair)
                guard !parameters.contains(where: { $0.name == parameter.name }) else {
                    throw ParameterFault(parameter.name, "This parameter stands twice.", fix: "Send it once.")
                }
                parameters.append(parameter)
            }
        }
        self.parameters = parameters
    }

    private static func parameter(_ pair: Substring) throws(ParameterFault) -> Parameter {
        let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, let name = PercentText.decoded(first),
            let value = PercentText.decoded(parts.count == 2 ? parts[1] : "")
        else {
            throw ParameterFault(
                "", "The query cannot be read.", fix: "Escape bytes as %XX of UTF-8, no control characters.")
        }
        return Parameter(name: name, value: value)
    }

    /// Refuses any name but these.
    func allowOnly(_ names: [String]) throws(ParameterFault) {
        for parameter in parameters where !names.contains(parameter.name) {
            throw ParameterFault(
                parameter.name, "This parameter is not known here.",
                fix: names.isEmpty ? "Send none." : "Leave it out. Known are: \(names.joined(separator: ", ")).")
        }
    }

    /// The text of a parameter, or nil.
    func text(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    /// A parameter that `parse` understands, or nil when it is absent.
    func value<Value>(
        _ name: String, _ rule: String, _ parse: (String) throws -> Value?
    ) throws -> Value? {
        guard let text = text(name) else { return nil }
        guard let value = try parse(text) else {
            throw ParameterFault(name, "`\(name)` is not \(rule).", fix: "Send \(rule), or leave it out.")
        }
        return value
    }

    /// A parameter that is an id.
    func id<Kind>(_ name: String, _ noun: String) throws -> Identifier<Kind>? {
        try value(name, "the id of \(noun)") { Identifier<Kind>($0) }
    }

    /// A parameter that is `true` or `false`.
    func bool(_ name: String) throws -> Bool? {
        try value(name, "`true` or `false`") { $0 == "true" ? true : $0 == "false" ? false : nil }
    }

    /// A parameter that is text of so many characters.
    func text(_ name: String, _ count: ClosedRange<Int>) throws -> String? {
        try value(name, "a text of \(count.lowerBound) to \(count.upperBound) characters") {
            count.contains($0.unicodeScalars.count) ? $0 : nil
        }
    }

    /// A parameter that is a whole number in a range.
    func number(_ name: String, _ range: ClosedRange<Int64>) throws -> Int64? {
        try value(name, "a number from \(range.lowerBound) to \(range.upperBound)") { text in
            guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int64(text) else { return nil }
            return range.contains(number) ? number : nil
        }
    }
}
