// SPDX-License-Identifier: Apache-2.0

/// Base 64 with the URL alphabet and without padding (RFC 4648, 5).
package enum Base64URL {
    /// Four characters for each three bytes.
    package static func text(_ bytes: [UInt8]) -> String {
        String(decoding: Base64Alphabet.url.text(bytes), as: UTF8.self)
    }

    /// The bytes; nil for anything but the one text that ``text(_:)`` writes for them.
    package static func bytes(_ text: some StringProtocol) -> [UInt8]? { Base64Alphabet.url.bytes(text.utf8) }
}
