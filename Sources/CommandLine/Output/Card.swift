// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// One thing as people read it: `name: value` lines with the API's own names, so that there is one vocabulary to learn.
struct Card {
    private let members: [(name: String, lines: [String])]

    init(_ members: [JSON.Member]) {
        self.members = members.map { ($0.name, Card.lines($0.value)) }
    }

    /// The lines, values aligned.
    var lines: [String] {
        let width = members.reduce(0) { max($0, DisplayWidth.of($1.name)) } + 1
        return members.flatMap { member in
            member.lines.enumerated().map { index, line in
                DisplayWidth.pad(index == 0 ? PlainText.line(member.name) + ":" : "", to: width) + " " + line
            }
        }
    }

    /// A value, each line of it safe to print; `-` for nothing.
    private static func lines(_ value: JSON) -> [String] {
        switch value {
        case .array(let elements) where elements.contains { $0.asObject != nil }: elements.map(JSONPhrase.phrase)
        case .object where AllowancePhrase.quota(value) != nil: [JSONPhrase.phrase(value)]
        case .object(let members) where members.contains { $0.value.asArray != nil }:
            members.flatMap { member in lines(member.value).map { "\(PlainText.line(member.name)): \($0)" } }
        case .string(let text) where text.contains("\n"):
            text.split(separator: "\n").map { PlainText.line(String($0)) }
        default: [JSONPhrase.phrase(value)]
        }
    }
}
