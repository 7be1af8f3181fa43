// SPDX-License-Identifier: Apache-2.0
internal import Secrets

/// A note on one line, for places that know nothing but lines: a mark and the note in base 64.
package enum NoteLine {
    private static let mark = "bitting-checkpoint "

    /// The line.
    package static func text(of note: String) -> String { mark + Base64Text.text(Array(note.utf8)) }

    /// The bytes of the note in a line, whatever a log wrote before and behind it; nil for a line without one.
    package static func note(in line: [UInt8]) -> [UInt8]? {
        guard let text = String(validating: line, as: UTF8.self), let range = text.firstRange(of: mark) else {
            return nil
        }
        return Base64Text.bytes(text[range.upperBound...].prefix { !$0.isWhitespace && $0 != "\"" })
    }
}
