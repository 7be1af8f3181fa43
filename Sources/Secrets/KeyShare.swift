// SPDX-License-Identifier: Apache-2.0

/// One part of a master key that was split by Shamir's scheme. `threshold` of them give the key, fewer say nothing of
/// it.
///
/// As text: `bitting-share-1 <set> <key id> <threshold>of<count> <number> <64 hexadecimal digits> <checksum>`. The set
/// is drawn anew at each splitting; the checksum is the start of the SHA-256 of all that stands before it.
package struct KeyShare: Sendable {
    /// Why a text is no share.
    package enum Fault: Error, Equatable {
        /// Not of the form above.
        case unreadable
        /// The checksum is another one: it was altered, or mistyped.
        case altered
    }

    /// 16 hexadecimal digits, the same for all shares of one splitting.
    package let set: String
    /// The id of the key that was split.
    package let keyID: String
    package let threshold: Int
    package let count: Int
    /// From 1 to `count`: where on the curve it lies.
    package let number: UInt8
    let bytes: SealingKey

    init(set: String, keyID: String, threshold: Int, count: Int, number: UInt8, bytes: borrowing Secret) {
        self.set = set
        self.keyID = keyID
        self.threshold = threshold
        self.count = count
        self.number = number
        self.bytes = SealingKey(bytes)
    }

    /// Reads a share.
    package init(_ text: borrowing Secret) throws(Fault) {
        var words = text.revealing { span in span.words }
        defer { for position in words.indices { Secret.wipe(&words[position]) } }
        guard words.count == 7, words[0] == Array(Self.marker.utf8) else { throw .unreadable }
        let shown = [1, 2, 3, 4, 6].map { String(decoding: words[$0], as: UTF8.self) }
        guard var bytes = Hexadecimal.bytes(digits: words[5]), bytes.count == 32, let number = UInt8(shown[3]),
            let (threshold, count) = Self.quorum(shown[2]), (1...count).contains(Int(number)),
            shown[0].utf8.count == 16, shown[1].utf8.count == 16
        else { throw .unreadable }
        self.init(
            set: shown[0], keyID: shown[1], threshold: threshold, count: count, number: number,
            bytes: Secret(wiping: &bytes))
        guard checksum == shown[4] else { throw .altered }
    }

    private static func quorum(_ text: String) -> (Int, Int)? {
        let parts = text.split(separator: "o", maxSplits: 1)
        guard parts.count == 2, parts[1].first == "f", let threshold = Int(parts[0]),
            let count = Int(parts[1].dropFirst()),
            KeyShares.mayBe(threshold: threshold, count: count)
        else { return nil }
        return (threshold, count)
    }

    /// The share as text, with a line feed.
    package var text: Secret {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        text += head.utf8
        appendDigits(to: &text)
        text += " \(checksum)\n".utf8
        return Secret(wiping: &text)
    }

    private var head: String { "\(Self.marker) \(set) \(keyID) \(threshold)of\(count) \(number) " }

    /// 32 bits of a digest of 256 that nobody knows: of no help in guessing.
    private var checksum: String {
        var text: [UInt8] = []
        text.reserveCapacity(256)
        text += head.utf8
        appendDigits(to: &text)
        defer { Secret.wipe(&text) }
        return String(Digest(of: text.span).hexadecimal.prefix(8))
    }

    private func appendDigits(to text: inout [UInt8]) {
        let bytes = bytes.bytes
        bytes.revealing { span in
            for position in 0..<span.count { Hexadecimal.append(span[position], to: &text) }
        }
    }

    private static let marker = "bitting-share-1"
}
