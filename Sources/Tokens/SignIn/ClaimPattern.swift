// SPDX-License-Identifier: Apache-2.0

/// What a claim must look like: a text in which each `*` stands for any run of characters, also none. The whole value
/// must fit, byte for byte; there is no way to mean a literal `*`.
package struct ClaimPattern: Hashable, Sendable, CustomStringConvertible {
    /// As it was written.
    package let text: String

    /// The most bytes of a pattern.
    package static let longest = 512
    /// The most `*` in one.
    package static let mostStars = 8

    /// A pattern of 1 to 512 bytes without control characters, with at most 8 stars.
    package init?(_ text: String) {
        let bytes = text.utf8
        guard (1...Self.longest).contains(bytes.count), bytes.count(where: { $0 == Self.star }) <= Self.mostStars,
            text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) })
        else { return nil }
        self.text = text
    }

    package var description: String { text }

    /// Whether it accepts one value only.
    var isExact: Bool { !text.utf8.contains(Self.star) }

    /// What every value that it accepts begins with.
    var literalPrefix: String { String(decoding: text.utf8.prefix { $0 != Self.star }, as: UTF8.self) }

    private static let star = UInt8(ascii: "*")

    /// Whether the value fits. Time: bytes of the value times bytes of the pattern at the most.
    func accepts(_ value: String) -> Bool {
        let pattern = Array(text.utf8)
        let value = Array(value.utf8)
        var (at, position) = (0, 0)
        var retry: (pattern: Int, value: Int)?
        while position < value.count {
            if at < pattern.count, pattern[at] == Self.star {
                at += 1
                retry = (at, position)
            } else if at < pattern.count, pattern[at] == value[position] {
                at += 1
                position += 1
            } else if let last = retry {
                // The last star takes one byte more. Earlier ones need not: what they took was the shortest.
                retry = (last.pattern, last.value + 1)
                (at, position) = (last.pattern, last.value + 1)
            } else {
                return false
            }
        }
        return pattern[at...].allSatisfy { $0 == Self.star }
    }
}
