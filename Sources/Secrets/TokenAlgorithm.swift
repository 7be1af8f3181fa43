// SPDX-License-Identifier: Apache-2.0

/// What Bitting's own tokens are signed with (RFC 7518, section 3.1; RFC 8037).
package enum TokenAlgorithm: String, Sendable, CaseIterable {
    /// Ed25519: small and quick; not every verifier knows it.
    case edDSA = "EdDSA"
    /// ECDSA over P-256 with SHA-256: what nearly every verifier knows.
    case es256 = "ES256"
}
