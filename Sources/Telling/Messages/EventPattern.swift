// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a message is about: the action of its event, and `.refused` behind it where the act was refused, so that nobody
/// takes a refused revocation for one.
package struct EventType: Hashable, Sendable, CustomStringConvertible {
    package let noun: String
    package let verb: String
    package let isRefused: Bool

    /// The type of an event.
    package init(_ event: Event) {
        let words = event.action.split(separator: ".", maxSplits: 1)
        noun = words.first.map(String.init) ?? ""
        verb = words.count == 2 ? String(words[1]) : ""
        isRefused = event.outcome == .refused
    }

    package var description: String { "\(noun).\(verb)" + (isRefused ? ".refused" : "") }
}

/// Types of events: `key.revoke`, `key.*`, `*.lock`, `*.*`; `.refused` behind it for acts that were refused, which no
/// pattern without it means.
package struct EventPattern: Hashable, Sendable, CustomStringConvertible {
    /// Nil for any.
    package let noun: String?
    /// Nil for any.
    package let verb: String?
    package let isRefused: Bool

    /// How many of them one list may hold.
    package static let most = 50
    /// Everything that was done.
    package static let everythingDone = EventPattern(noun: nil, verb: nil, isRefused: false)

    private init(noun: String?, verb: String?, isRefused: Bool) {
        self.noun = noun
        self.verb = verb
        self.isRefused = isRefused
    }

    /// Reads two words with a dot between them, each `*` or 1 to 32 of `a-z_`, and perhaps `.refused`.
    package init?(_ text: some StringProtocol) {
        var words = String(text).split(separator: ".", omittingEmptySubsequences: false)
        let isRefused = words.count == 3 && words[2] == "refused"
        if isRefused { words.removeLast() }
        guard words.count == 2, words.allSatisfy({ Self.isWord($0) }) else { return nil }
        self.init(
            noun: words[0] == "*" ? nil : String(words[0]), verb: words[1] == "*" ? nil : String(words[1]),
            isRefused: isRefused)
    }

    private static func isWord(_ text: Substring) -> Bool {
        text == "*"
            || (1...32).contains(text.utf8.count) && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || $0 == 0x5F }
    }

    /// Whether it means events of this type.
    package func matches(_ type: EventType) -> Bool {
        isRefused == type.isRefused && noun ?? type.noun == type.noun && verb ?? type.verb == type.verb
    }

    package var description: String { "\(noun ?? "*").\(verb ?? "*")" + (isRefused ? ".refused" : "") }
}
