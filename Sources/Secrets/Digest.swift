// SPDX-License-Identifier: Apache-2.0
internal import Crypto

/// A SHA-256 digest, kept in four words so that it takes 32 bytes in place and compares in four steps.
///
/// Keys are found by digest; comparing digests of high-entropy secrets need not take constant time.
package struct Digest: Hashable, Sendable {
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// Hashes `bytes`.
    package init(of bytes: Span<UInt8>) {
        var hash = SHA256()
        unsafe bytes.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        self = unsafe hash.finalize().withUnsafeBytes { unsafe Digest(loading: $0) }
    }

    /// Hashes several pieces as one message.
    package init(of pieces: [[UInt8]]) {
        var hash = SHA256()
        for piece in pieces {
            unsafe piece.withUnsafeBytes { unsafe hash.update(bufferPointer: $0) }
        }
        self = unsafe hash.finalize().withUnsafeBytes { unsafe Digest(loading: $0) }
    }

    /// Reads 32 stored bytes; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self = unsafe bytes.withUnsafeBytes { unsafe Digest(loading: $0) }
    }

    /// 32 zero bytes: no digest of anything known.
    package init(zero: Void) { words = (0, 0, 0, 0) }

    /// Reads 64 hexadecimal digits, either case.
    package init?(hexadecimal text: String) {
        guard let bytes = Hexadecimal.bytes(text) else { return nil }
        self.init(bytes: bytes)
    }

    init(loading raw: UnsafeRawBufferPointer) {
        words = unsafe (
            raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    /// The 32 bytes.
    package var bytes: [UInt8] {
        unsafe withUnsafeBytes(of: words) { unsafe Array($0) }
    }

    /// 64 hexadecimal digits, lower case.
    package var hexadecimal: String { Hexadecimal.text(bytes) }

    package static func == (left: Digest, right: Digest) -> Bool {
        left.words.0 == right.words.0 && left.words.1 == right.words.1
            && left.words.2 == right.words.2 && left.words.3 == right.words.3
    }

    package func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}
