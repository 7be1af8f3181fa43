// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// The key that checkpoints are signed with: its public half readable, its seed sealed under the keyring.
package enum SigningKeyRows {
    private static let name = "checkpoints"

    /// The installation's signer; made and kept when there is none yet. Throws `SealFailure` when the sealed seed and
    /// the public key beside it do not belong together, or to this keyring.
    package static func signer(
        _ engine: any Engine, _ keyring: Keyring, at now: Instant, using random: Randomness
    ) async throws -> NoteSigner {
        if let stored = try await engine.read(stored) {
            return try signer(stored, keyring)
        }
        var random = random
        let seed = Secret(count: SigningKey.seedLength, using: &random)
        let publicKey = SigningKey(seed: seed).verifying.bytes
        let box = keyring.seal(seed, for: place(publicKey))
        _ = try await engine.write { statements in
            try statements.run(
                """
                INSERT INTO signing_keys (name, public_key, box, created_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (name) DO NOTHING
                """, [.text(name), .blob(publicKey), .blob(box), .moment(now)])
        } committed: { _ in
        }
        guard let kept = try await engine.read(stored) else { throw StorageFailure.unreadable("signing key") }
        return try signer(kept, keyring)
    }

    /// What signatures are checked with, for whoever holds the database itself; nil before the first start.
    package static func verifier(_ engine: any Engine) async throws -> VerifierKey? {
        try await engine.read { statements in try verifier(statements) }
    }

    static func verifier(_ statements: any Statements) throws -> VerifierKey? {
        try stored(statements).map { row in
            VerifierKey(installation: try RuleText.need(VerifyingKey(bytes: row.publicKey)))
        }
    }

    private struct Stored: Sendable {
        let publicKey: [UInt8]
        let box: [UInt8]
    }

    @Sendable
    private static func stored(_ statements: any Statements) throws -> Stored? {
        try statements.first("SELECT public_key, box FROM signing_keys WHERE name = $1", [.text(name)]) { row in
            Stored(
                publicKey: try row.needBlob(0, "signing key's public half"), box: try row.needBlob(1, "signing key"))
        }
    }

    private static func signer(_ stored: Stored, _ keyring: Keyring) throws -> NoteSigner {
        let seed = try keyring.open(stored.box, from: place(stored.publicKey))
        guard seed.count == SigningKey.seedLength else { throw SealFailure.unreadable }
        return NoteSigner(installation: SigningKey(seed: seed))
    }

    private static func place(_ publicKey: [UInt8]) -> Place {
        Place("signing key", name, Hexadecimal.text(publicKey))
    }
}
