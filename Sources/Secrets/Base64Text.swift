// SPDX-License-Identifier: Apache-2.0

/// Base 64 with the standard alphabet and padding (RFC 4648, section 4).
package enum Base64Text {
    private static let padding = UInt8(ascii: "=")

    /// Four characters for each three bytes, the last ones padded.
    package static func text(_ bytes: [UInt8]) -> String {
        var text = Base64Alphabet.standard.text(bytes)
        while !text.count.isMultiple(of: 4) { text.append(padding) }
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes; nil for anything but the one text that ``text(_:)`` writes for them.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        guard characters.count.isMultiple(of: 4) else { return nil }
        let unpadded = characters.suffix(2).drop { $0 != padding }
        guard unpadded.allSatisfy({ $0 == padding }) else { return nil }
        return Base64Alphabet.standard.bytes(characters.dropLast(unpadded.count))
    }
}
