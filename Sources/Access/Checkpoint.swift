// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// How long the audit trail was at a moment, and the root of the Merkle tree over its events' hashes (C2SP
/// tlog-checkpoint). Signed, it proves later that none of those events was removed, changed or cut off.
package struct Checkpoint: Equatable, Sendable {
    /// Which trail: the name of the key that signs.
    package let origin: String
    /// How many events. Events are counted from 1, so it is also the sequence of the last one.
    package let size: Int64
    package let root: Digest
    /// When it was signed. Checkpoints of others may not say.
    package let at: Instant?

    /// A checkpoint of a trail.
    package init(origin: String, size: Int64, root: Digest, at: Instant?) {
        self.origin = origin
        self.size = size
        self.root = root
        self.at = at
    }

    /// What is signed: origin, size, root in base 64, and the moment as an extension line.
    package var text: String {
        "\(origin)\n\(size)\n\(Base64Text.text(root.bytes))\n" + (at.map { "\(Self.momentMark)\($0)\n" } ?? "")
    }

    /// Reads the text of a note. Extension lines that are not ours are passed over.
    package init(parsing text: String) throws(NoteFault) {
        // By bytes: Swift takes CR and LF together for one character.
        let lines = text.utf8.split(separator: 0x0A).map { String($0) ?? "" }
        guard lines.count >= 3, let size = Int64(lines[1]), size >= 0, String(size) == lines[1],
            let bytes = Base64Text.bytes(lines[2]), let root = Digest(bytes: bytes)
        else { throw .notACheckpoint }
        origin = lines[0]
        self.size = size
        self.root = root
        at =
            lines.dropFirst(3).lazy.filter { $0.hasPrefix(Self.momentMark) }
            .compactMap { Instant($0.dropFirst(Self.momentMark.count)) }.first
    }

    private static let momentMark = "at "
}

/// A checkpoint as it is kept: numbered in the order of signing, with its note.
package struct KeptCheckpoint: Equatable, Sendable {
    /// Counts from 1.
    package let number: Int64
    package let checkpoint: Checkpoint
    /// The signed note, as it was sent to second places.
    package let note: String

    /// A checkpoint that was signed.
    package init(number: Int64, checkpoint: Checkpoint, note: String) {
        self.number = number
        self.checkpoint = checkpoint
        self.note = note
    }
}
