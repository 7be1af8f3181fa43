// SPDX-License-Identifier: Apache-2.0

/// The text of an issued key: `<prefix>_<environment>_<32 random characters><6 checksum characters>`.
///
/// The checksum is CRC-32 of everything before it, so a key pasted under another prefix, cut short or mistyped
/// is told apart without any look-up. It proves typing, not origin: only the digest in the index does that.
package enum KeyText {
    /// Characters of the random part: 32 of 62, which is 190 bits.
    package static let randomCount = 32
    /// Characters of the checksum.
    package static let checksumCount = 6
    /// The longest text that can be a key of ours: both words 16, two underscores, both parts.
    package static let longest = 16 + 1 + 16 + 1 + randomCount + checksumCount

    /// Tells whether `bytes` has the shape of a key and a checksum that fits. Allocates nothing; no look-up.
    package static func isWellFormed(_ bytes: Span<UInt8>) -> Bool {
        let count = bytes.count
        guard count <= longest, count >= 2 + 1 + 1 + 1 + randomCount + checksumCount else { return false }
        guard let words = wordsEnd(bytes) else { return false }
        var position = words + 1
        while position < count - checksumCount {
            guard Base62.value(of: bytes[position]) != nil else { return false }
            position += 1
        }
        var claimed: UInt64 = 0
        while position < count {
            guard let digit = Base62.value(of: bytes[position]) else { return false }
            claimed = claimed * 62 + UInt64(digit)
            position += 1
        }
        return claimed == UInt64(Checksum.crc32(bytes, count: count - checksumCount))
    }

    /// Where the underscore before the random part stands, if both words before it are well formed.
    private static func wordsEnd(_ bytes: Span<UInt8>) -> Int? {
        let end = bytes.count - randomCount - checksumCount - 1
        guard bytes[end] == 0x5F else { return nil }
        var separator = -1
        var position = 0
        while position < end {
            let byte = bytes[position]
            if byte == 0x5F {
                guard separator < 0 else { return nil }
                separator = position
            } else {
                let isLetter = byte >= 0x61 && byte <= 0x7A
                let isDigit = byte >= 0x30 && byte <= 0x39
                let isFirst = position == 0 || position == separator + 1
                guard isLetter || (isDigit && !isFirst) else { return nil }
            }
            position += 1
        }
        guard separator >= 2, separator <= 16, end - separator - 1 >= 1, end - separator - 1 <= 16 else { return nil }
        return end
    }

    /// Tells whether `text` may stand before the first underscore: `[a-z][a-z0-9]{1,15}`.
    package static func isPrefix(_ text: String) -> Bool { isWord(text, lengths: 2...16) }

    /// Tells whether `text` may name an environment: `[a-z][a-z0-9]{0,15}`.
    package static func isEnvironment(_ text: String) -> Bool { isWord(text, lengths: 1...16) }

    private static func isWord(_ text: String, lengths: ClosedRange<Int>) -> Bool {
        let bytes = Array(text.utf8)
        guard lengths.contains(bytes.count), (0x61...0x7A).contains(bytes[0]) else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) }
    }

    /// Makes a new key text. Random bytes of 248 and more are thrown away, so no character is likelier than another.
    ///
    /// - Precondition: `prefix` and `environment` are words as ``isPrefix(_:)`` and ``isEnvironment(_:)`` say.
    package static func generate(
        prefix: String, environment: String, using random: inout some RandomNumberGenerator
    ) -> Secret {
        precondition(isPrefix(prefix) && isEnvironment(environment), "words must be checked before a key is made")
        var bytes = Array("\(prefix)_\(environment)_".utf8)
        bytes.reserveCapacity(longest)
        let end = bytes.count + randomCount
        while bytes.count < end {
            var pool = random.next()
            for _ in 0..<8 where bytes.count < end {
                let byte = UInt8(truncatingIfNeeded: pool)
                if byte < 248 { bytes.append(Base62.alphabet[Int(byte % 62)]) }
                pool >>= 8
            }
        }
        bytes.append(contentsOf: Base62.sixDigits(of: Checksum.crc32(bytes.span, count: bytes.count)))
        return Secret(wiping: &bytes)
    }

    /// What people may see of a key: everything up to the last underscore, an ellipsis, the last four characters.
    /// A text without an underscore shows only its last four; one shorter than 12 bytes shows nothing.
    package static func hint(of bytes: Span<UInt8>) -> String {
        guard bytes.count >= 12 else { return "…" }
        var shown = 0
        for position in 0..<min(bytes.count - 8, 36) where bytes[position] == 0x5F { shown = position + 1 }
        var head: [UInt8] = []
        for position in 0..<shown { head.append(bytes[position]) }
        var tail: [UInt8] = []
        for position in (bytes.count - 4)..<bytes.count { tail.append(bytes[position]) }
        return String(decoding: head, as: UTF8.self) + "…" + String(decoding: tail, as: UTF8.self)
    }
}
