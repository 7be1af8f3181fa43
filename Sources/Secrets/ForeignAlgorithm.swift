// SPDX-License-Identifier: Apache-2.0

/// What an identity made elsewhere may be signed with (RFC 7518, section 3.1; RFC 8037; RFC 9864).
///
/// Not `none`, and nothing where whoever can check could also sign: then a public key would be a secret.
package enum ForeignAlgorithm: String, Sendable, CaseIterable {
    case rs256 = "RS256"
    case rs384 = "RS384"
    case rs512 = "RS512"
    case ps256 = "PS256"
    case es256 = "ES256"
    case es384 = "ES384"
    /// On Ed25519 alone.
    case edDSA = "EdDSA"
    /// The same by its newer name.
    case ed25519 = "Ed25519"
}
