// SPDX-License-Identifier: Apache-2.0
internal import Crypto

/// The two hashes that a Merkle tree is made of (RFC 9162, section 2.1.1). A leaf can never pass for a node: the first
/// byte tells them apart.
extension Digest {
    /// SHA-256 of 0x00 and the entry.
    package init(leafOf entry: [UInt8]) {
        self.init(of: [[0], entry])
    }

    /// SHA-256 of 0x00 and an entry that is a digest itself. Allocates nothing.
    package init(leafOf entry: Digest) {
        self.init(byte: 0) { entry.feed(&$0) }
    }

    /// SHA-256 of 0x01 and both children.
    package init(nodeOf left: Digest, _ right: Digest) {
        self.init(byte: 1) {
            left.feed(&$0)
            right.feed(&$0)
        }
    }

    private init(byte: UInt8, _ body: (inout SHA256) -> Void) {
        var hash = SHA256()
        unsafe withUnsafeBytes(of: byte) { unsafe hash.update(bufferPointer: $0) }
        body(&hash)
        self = unsafe hash.finalize().withUnsafeBytes { unsafe Digest(loading: $0) }
    }

    private func feed(_ hash: inout SHA256) {
        unsafe withUnsafeBytes(of: words) { unsafe hash.update(bufferPointer: $0) }
    }
}
