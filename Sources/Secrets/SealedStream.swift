// SPDX-License-Identifier: Apache-2.0

/// Sealing something long piece by piece. Each piece is bound to the head that stands before them all, to its place in
/// the order, and to whether it is the last: pieces cannot be swapped, dropped, cut off at the end, or brought in from
/// elsewhere.
package struct SealedStream: Sendable {
    private let key: SealingKey
    private let head: String
    private var sequence: Int64 = 0
    private var isEnded = false

    /// How many bytes a piece holds at most.
    package static let piece = 256 * 1024
    /// How many bytes a sealed piece has at most.
    package static let sealedPiece = piece + 5 + 12 + 16

    /// A stream under a key that seals nothing else, behind `head`.
    package init(key: SealingKey, head: [UInt8]) {
        self.key = key
        self.head = Digest(of: head.span).hexadecimal
    }

    /// Seals the next piece.
    package mutating func seal(_ plain: [UInt8], isLast: Bool) -> [UInt8] {
        precondition(!isEnded && plain.count <= Self.piece, "pieces are bounded and end with the last")
        defer { (sequence, isEnded) = (sequence + 1, isLast) }
        return key.seal(Secret(copying: plain.span), for: place(isLast: isLast))
    }

    /// Opens the next piece; `isLast` says whether anything follows it. Fails when it is not the very piece that belongs
    /// here.
    package mutating func open(_ box: [UInt8], isLast: Bool) throws(SealFailure) -> [UInt8] {
        guard !isEnded else { throw .unreadable }
        let plain = try key.open(box, from: place(isLast: isLast))
        (sequence, isEnded) = (sequence + 1, isLast)
        return plain.revealing { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
    }

    private func place(isLast: Bool) -> Place {
        Place("sealed stream", head, String(sequence), isLast ? "last" : "more")
    }
}
