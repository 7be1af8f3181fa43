// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// Whose signature a note is held against: a name and an Ed25519 key (C2SP signed-note). Written
/// `name+<hash in hex>+<base 64 of 0x01 and the key>`.
package struct VerifierKey: Equatable, Sendable, CustomStringConvertible {
    /// Not empty, without blanks and without `+`.
    package let name: String
    package let key: VerifyingKey

    /// The signature type of plain Ed25519.
    private static let algorithm: UInt8 = 1

    /// The key that an installation signs its checkpoints with, named after itself: `bitting/<8 digits of the key>`.
    package init(installation key: VerifyingKey) {
        name = "bitting/" + Hexadecimal.text(Array(key.bytes.prefix(4)))
        self.key = key
    }

    /// Reads the written form; nil for another algorithm, or a hash that is not of this name and key.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, SignedNote.isName(parts[0]), let bytes = Base64Text.bytes(parts[2]),
            bytes.first == Self.algorithm, let key = VerifyingKey(bytes: Array(bytes.dropFirst()))
        else { return nil }
        name = String(parts[0])
        self.key = key
        guard Hexadecimal.bytes(String(parts[1])) == hash else { return nil }
    }

    /// Four bytes that say in a signature line which key was meant: SHA-256 of name, line feed, algorithm and key.
    package var hash: [UInt8] {
        Array(Digest(of: [Array(name.utf8), [0x0A, Self.algorithm], key.bytes]).bytes.prefix(4))
    }

    /// The written form.
    package var description: String {
        "\(name)+\(Hexadecimal.text(hash))+\(Base64Text.text([Self.algorithm] + key.bytes))"
    }
}

/// Signs notes under a name.
package struct NoteSigner: Sendable {
    private let key: SigningKey
    /// What its notes are checked with.
    package let verifier: VerifierKey

    /// The signer of an installation, whose name follows from its key.
    package init(installation key: SigningKey) {
        self.key = key
        verifier = VerifierKey(installation: key.verifying)
    }

    /// The text with one signature under it. The text ends with a line feed and has no empty line.
    package func sign(_ text: String) -> SignedNote {
        let signature = SignedNote.Signature(
            name: verifier.name, hash: verifier.hash, bytes: key.signature(of: Array(text.utf8)))
        return SignedNote(text: text, signatures: [signature])
    }
}
