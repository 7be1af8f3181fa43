// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// The certificate authority of the forward proxy: its certificate readable, its key sealed under the keyring.
package enum ProxyAuthorityRows {
    private static let name = "proxy authority"

    /// What is kept of an authority.
    package struct Kept: ~Copyable, Sendable {
        /// In DER.
        package let certificate: [UInt8]
        package let key: Secret
    }

    /// The authority that is kept; nil when none was made yet. Throws `SealFailure` when certificate and key do not
    /// belong together, or to this keyring.
    package static func read(_ engine: any Engine, _ keyring: Keyring) async throws -> Kept? {
        guard let stored = try await engine.read(stored) else { return nil }
        return Kept(
            certificate: stored.certificate, key: try keyring.open(stored.box, from: place(stored.certificate)))
    }

    /// Keeps an authority in the place of the one before.
    package static func keep(
        _ engine: any Engine, _ keyring: Keyring, certificate: [UInt8], key: consuming Secret, at now: Instant
    ) async throws {
        let box = keyring.seal(key, for: place(certificate))
        _ = try await engine.write { statements in
            try statements.run(
                """
                INSERT INTO signing_keys (name, public_key, box, created_at) VALUES ($1, $2, $3, $4)
                ON CONFLICT (name) DO UPDATE SET public_key = $2, box = $3, created_at = $4
                """, [.text(name), .blob(certificate), .blob(box), .moment(now)])
        } committed: { _ in
        }
    }

    fileprivate struct Stored: Sendable {
        let certificate: [UInt8]
        let box: [UInt8]
    }

    @Sendable
    fileprivate static func stored(_ statements: any Statements) throws -> Stored? {
        try statements.first("SELECT public_key, box FROM signing_keys WHERE name = $1", [.text(name)]) { row in
            Stored(
                certificate: try row.needBlob(0, "proxy authority's certificate"),
                box: try row.needBlob(1, "proxy authority's key"))
        }
    }

    private static func place(_ certificate: [UInt8]) -> Place { Place(name, Digest(of: certificate.span).hexadecimal) }
}

extension Ledger {
    /// The certificate of the forward proxy's authority, in DER. It is the installation's, and no secret.
    package func proxyAuthority(by caller: Caller, at now: Instant) async throws -> [UInt8] {
        try await read(by: caller, needing: Permission.settingsRead, "proxy_authority.read", at: now) { transaction in
            guard let stored = try ProxyAuthorityRows.stored(transaction.statements) else {
                throw Refusal.notFound("proxy authority")
            }
            return stored.certificate
        }
    }
}
