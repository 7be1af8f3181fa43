// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// The right edge of a Merkle tree (RFC 6962, section 2.1; RFC 9162, section 2.1.1): all that is needed to add leaves
/// and to know the root, in at most 63 hashes however many leaves there are.
package struct MerkleFrontier: Equatable, Sendable {
    /// How many leaves.
    package private(set) var size: Int64
    /// The roots of the perfect subtrees that the leaves make, the largest and leftmost first: one for each bit that is
    /// set in `size`.
    package private(set) var peaks: [Digest]

    /// A tree without leaves.
    package static let empty = MerkleFrontier()

    private init() {
        size = 0
        peaks = []
    }

    /// An edge as stored; nil when there are not as many peaks as the size asks for.
    package init?(size: Int64, peaks: [Digest]) {
        guard size >= 0, peaks.count == size.nonzeroBitCount else { return nil }
        self.size = size
        self.peaks = peaks
    }

    /// Adds a leaf with this entry.
    package mutating func append(_ entry: [UInt8]) { append(leaf: Digest(leafOf: entry)) }

    /// Adds a leaf whose entry is the 32 bytes of a digest. Two hashes, taken over many leaves.
    package mutating func append(_ entry: Digest) { append(leaf: Digest(leafOf: entry)) }

    /// Two subtrees of one height become one of the next, as a carry does in counting.
    private mutating func append(leaf: Digest) {
        var node = leaf
        var carry = size
        while carry & 1 == 1 {
            node = Digest(nodeOf: peaks.removeLast(), node)
            carry >>= 1
        }
        peaks.append(node)
        size += 1
    }

    /// The root of the tree; for one without leaves the SHA-256 of nothing. As many hashes as there are peaks, less one.
    package var root: Digest {
        guard var node = peaks.last else { return Digest(of: []) }
        for peak in peaks.dropLast().reversed() { node = Digest(nodeOf: peak, node) }
        return node
    }
}
