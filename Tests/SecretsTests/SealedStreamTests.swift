// SPDX-License-Identifier: Apache-2.0
import Secrets
import TestKit
import Testing

@Suite struct SealedStreamTests {
    private static func stream(key: UInt8 = 1, head: String = "head") -> SealedStream {
        SealedStream(
            key: SealingKey(Secret(copying: [UInt8](repeating: key, count: 32).span)), head: Array(head.utf8))
    }

    private static let pieces: [[UInt8]] = [[1, 2, 3], [], [4], Array(repeating: 5, count: SealedStream.piece)]

    private static func sealed() -> [[UInt8]] {
        var stream = stream()
        return pieces.enumerated().map { stream.seal($1, isLast: $0 == pieces.count - 1) }
    }

    /// What opens of these pieces, up to the first that does not.
    private static func opened(_ boxes: [[UInt8]], _ stream: SealedStream = stream()) -> [[UInt8]]? {
        var stream = stream
        return try? boxes.enumerated().map { try stream.open($1, isLast: $0 == boxes.count - 1) }
    }

    @Test("what was sealed piece by piece comes back")
    func roundTrip() {
        #expect(Self.opened(Self.sealed()) == Self.pieces)
        #expect(Self.sealed().allSatisfy { $0.count <= SealedStream.sealedPiece })
    }

    @Test("cut off at any place it does not open", arguments: 0..<4)
    func cut(count: Int) {
        #expect(count == 0 || Self.opened(Array(Self.sealed().prefix(count))) == nil)
    }

    @Test("a piece swapped, dropped, doubled, altered or appended is found")
    func tampered() {
        let good = Self.sealed()
        var swapped = good
        swapped.swapAt(0, 2)
        var altered = good
        altered[1][20] ^= 1
        for bad in [swapped, altered, Array(good.dropFirst()), [good[0]] + good, good + [good[3]]] {
            #expect(Self.opened(bad) == nil)
        }
    }

    @Test("under another key, or behind another head, it does not open")
    func foreign() {
        #expect(Self.opened(Self.sealed(), Self.stream(key: 2)) == nil)
        #expect(Self.opened(Self.sealed(), Self.stream(head: "heap")) == nil)
    }
}
