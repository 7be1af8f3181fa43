// SPDX-License-Identifier: Apache-2.0

/// The key above all others. It lives outside the database, in a file of mode 0400, and seals only the keyring's terms.
///
/// File text: `bitting-master-key-1 <id> <64 hexadecimal digits>` and a line feed. The id is the first 16 hexadecimal
/// digits of the SHA-256 of the 32 key bytes, so it can be compared without the key.
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

    private init(bytes: borrowing Secret) {
        id = String(bytes.revealing { Digest(of: $0) }.hexadecimal.prefix(16))
        sealing = SealingKey(bytes)
    }

    /// Makes a new key and its file text.
    package static func generate(using random: inout some RandomNumberGenerator) -> (key: MasterKey, file: [UInt8]) {
        let bytes = Secret(count: 32, using: &random)
        let key = MasterKey(bytes: bytes)
        let digits = bytes.revealing { span in Hexadecimal.text((0..<span.count).map { span[$0] }) }
        return (key, Array("\(Self.marker) \(key.id) \(digits)\n".utf8))
    }

    /// Reads a key file.
    package init(file: borrowing Secret) throws(Fault) {
        let text = file.revealing { span in String(decoding: (0..<span.count).map { span[$0] }, as: UTF8.self) }
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" })
        guard words.count == 3, words[0] == Self.marker, var bytes = Hexadecimal.bytes(String(words[2])),
            bytes.count == 32
        else { throw .unreadable }
        self.init(bytes: Secret(wiping: &bytes))
        guard id == words[1] else { throw .altered }
    }

    private static let marker = "bitting-master-key-1"
}
