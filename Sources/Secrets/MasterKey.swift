// SPDX-License-Identifier: Apache-2.0

/// The key above all others. It lives outside the database and seals only the keyring's terms and backups.
///
/// Text of its file: `bitting-master-key-1 <id> <64 hexadecimal digits>` and a line feed. The id is the first 16
/// hexadecimal digits of the SHA-256 of the 32 key bytes, so it can be compared without the key.
package struct MasterKey: Sendable {
    /// Why a master key file is not accepted.
    package enum Fault: Error, Equatable {
        /// The text is not of the form above.
        case unreadable
        /// The id in the file is not that of its bytes: the file was altered.
        case altered
    }

    /// 16 hexadecimal digits.
    package let id: String
    let sealing: SealingKey

    /// A key of these 32 bytes.
    package init(bytes: borrowing Secret) {
        id = String(bytes.revealing { Digest(of: $0) }.hexadecimal.prefix(16))
        sealing = SealingKey(bytes)
    }

    /// Makes a new key and its file text.
    package static func generate(using random: inout some RandomNumberGenerator) -> (key: MasterKey, file: [UInt8]) {
        let key = MasterKey(bytes: Secret(count: 32, using: &random))
        let text = key.fileText
        return (key, text.revealing { span in (0..<span.count).map { span[$0] } })
    }

    /// Reads a key file.
    package init(file: borrowing Secret) throws(Fault) {
        var words = file.revealing { span in span.words }
        defer { for position in words.indices { Secret.wipe(&words[position]) } }
        guard words.count == 3, words[0] == Array(Self.marker.utf8), words[1].count == 16,
            var bytes = Hexadecimal.bytes(digits: words[2]), bytes.count == 32
        else { throw .unreadable }
        self.init(bytes: Secret(wiping: &bytes))
        guard Array(id.utf8) == words[1] else { throw .altered }
    }

    /// The 32 bytes, to be split into shares.
    package var bytes: Secret { sealing.bytes }

    /// The text of its file.
    package var fileText: Secret {
        let bytes = bytes
        var text: [UInt8] = []
        text.reserveCapacity(128)
        text += "\(Self.marker) \(id) ".utf8
        bytes.revealing { span in
            for position in 0..<span.count { Hexadecimal.append(span[position], to: &text) }
        }
        text.append(0x0A)
        return Secret(wiping: &text)
    }

    /// What backups with this salt are sealed under.
    package func backupKey(salt: [UInt8]) -> SealingKey {
        sealing.derived(for: Place("backup", Hexadecimal.text(salt)))
    }

    private static let marker = "bitting-master-key-1"
}

extension Span<UInt8> {
    /// The words between blanks and line ends, each a copy that its owner wipes.
    var words: [[UInt8]] {
        var words: [[UInt8]] = []
        var start = 0
        for position in 0...count where position == count || [0x20, 0x0A, 0x0D].contains(self[position]) {
            if position > start { words.append((start..<position).map { self[$0] }) }
            start = position + 1
        }
        return words
    }
}
