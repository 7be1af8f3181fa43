// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// What is known of a secret that was made elsewhere: its digest, and what may be shown of it. The secret itself is
/// digested where it is read and kept nowhere.
package struct ForeignMark: Equatable, Sendable {
    package let digest: Digest
    package let hint: String
    /// Whether it is looked up although it has not our form. A digest does not tell.
    package let isForeign: Bool

    /// The lengths that a secret made elsewhere may have, in bytes.
    package static let lengths = 8...512

    /// Of a secret of which only the digest is known.
    package init(digest: Digest) {
        self.digest = digest
        hint = "…"
        isForeign = true
    }

    /// Of a secret's text; nil when it is too short, too long, or not visible ASCII.
    package init?(of text: borrowing Secret) {
        guard Self.lengths.contains(text.count), text.revealing(Self.isVisible) else { return nil }
        digest = text.revealing { Digest(of: $0) }
        isForeign = !text.revealing { KeyText.isWellFormed($0) }
        hint = isForeign ? text.revealing(Self.lastFour) : text.revealing { KeyText.hint(of: $0) }
    }

    private static func isVisible(_ bytes: Span<UInt8>) -> Bool {
        for position in 0..<bytes.count where bytes[position] < 0x21 || bytes[position] > 0x7E { return false }
        return true
    }

    /// Only the end, and that only of a long one: in a shape that is not ours the start may be secret too.
    private static func lastFour(_ bytes: Span<UInt8>) -> String {
        guard bytes.count >= 20 else { return "…" }
        return "…" + String(decoding: (bytes.count - 4..<bytes.count).map { bytes[$0] }, as: UTF8.self)
    }
}
