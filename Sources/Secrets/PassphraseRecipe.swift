// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import CryptoExtras

/// How a master key is derived from a passphrase: scrypt (RFC 7914) with its parameters and salt, and the id of the key
/// that must come out. Nothing of it is secret.
///
/// As text: `bitting-passphrase-1 <id> scrypt <rounds> <block size> <parallelism> <32 hexadecimal digits of salt>`.
package struct PassphraseRecipe: Equatable, Sendable {
    /// The id of the key that the right passphrase gives; so a wrong one is told apart from a damaged database.
    package let keyID: String
    private let cost: Cost
    private let salt: [UInt8]

    private struct Cost: Equatable {
        let rounds: Int
        let blockSize: Int
        let parallelism: Int

        /// As OWASP's Password Storage Cheat Sheet has it: 128 MiB.
        static let standard = Cost(rounds: 1 << 17, blockSize: 8, parallelism: 1)
        /// What a file may ask for: 1 GiB at most, so that an altered file cannot exhaust the memory.
        var isBearable: Bool {
            (1 << 14...1 << 20).contains(rounds) && rounds.nonzeroBitCount == 1 && (1...8).contains(blockSize)
                && (1...4).contains(parallelism)
        }
    }

    /// A recipe with a salt of its own, and the key that it gives.
    package static func make(
        for passphrase: borrowing Secret, using random: inout some RandomNumberGenerator
    ) -> (recipe: PassphraseRecipe, key: MasterKey) {
        let salt = (0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        let key = derive(passphrase, salt, .standard)
        return (PassphraseRecipe(keyID: key.id, cost: .standard, salt: salt), key)
    }

    private init(keyID: String, cost: Cost, salt: [UInt8]) {
        self.keyID = keyID
        self.cost = cost
        self.salt = salt
    }

    /// Reads a recipe; nil for anything else.
    package init?(_ text: String) {
        let words = text.split(whereSeparator: { $0 == " " || $0 == "\n" }).map(String.init)
        guard words.count == 7, words[0] == Self.marker, words[1].utf8.count == 16, words[2] == "scrypt",
            let rounds = Int(words[3]), let blockSize = Int(words[4]), let parallelism = Int(words[5]),
            let salt = Hexadecimal.bytes(words[6]), salt.count == 16
        else { return nil }
        self.init(
            keyID: words[1], cost: Cost(rounds: rounds, blockSize: blockSize, parallelism: parallelism), salt: salt)
        guard cost.isBearable else { return nil }
    }

    /// The recipe as text, without a line feed.
    package var text: String {
        "\(Self.marker) \(keyID) scrypt \(cost.rounds) \(cost.blockSize) \(cost.parallelism) \(Hexadecimal.text(salt))"
    }

    /// The key that the passphrase gives; nil if it is a wrong one. Takes half a second and 128 MiB.
    package func key(from passphrase: borrowing Secret) -> MasterKey? {
        let key = Self.derive(passphrase, salt, cost)
        return key.id == keyID ? key : nil
    }

    private static func derive(_ passphrase: borrowing Secret, _ salt: [UInt8], _ cost: Cost) -> MasterKey {
        var bytes = passphrase.revealing { span in (0..<span.count).map { span[$0] } }
        defer { Secret.wipe(&bytes) }
        let derived = try? KDF.Scrypt.deriveKey(
            from: bytes, salt: salt, outputByteCount: 32, rounds: cost.rounds, blockSize: cost.blockSize,
            parallelism: cost.parallelism, maxMemory: nil)
        guard var key = derived.map({ derived in unsafe derived.withUnsafeBytes { unsafe Array($0) } }) else {
            preconditionFailure("scrypt refuses only parameters that are not used here")
        }
        return MasterKey(bytes: Secret(wiping: &key))
    }

    private static let marker = "bitting-passphrase-1"
}
