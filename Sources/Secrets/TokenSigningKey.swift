// SPDX-License-Identifier: Apache-2.0
internal import Crypto

/// A key that Bitting's own tokens are signed with. It prints as its name only.
package struct TokenSigningKey: Sendable {
    private enum Key: Sendable {
        case ed25519(Curve25519.Signing.PrivateKey)
        case p256(P256.Signing.PrivateKey)
    }

    private let key: Key

    /// How many bytes the secret seed has.
    package static let seedLength = 32

    /// The key of a seed. Nil for a seed of another length; and for ES256, of the one in 2^32 that are no scalar of the
    /// curve.
    package init?(_ algorithm: TokenAlgorithm, seed: borrowing Secret) {
        let made: Key? = seed.revealing { span in
            unsafe span.withUnsafeBytes { bytes in
                switch algorithm {
                case .edDSA:
                    unsafe (try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes)).map(Key.ed25519)
                case .es256: unsafe (try? P256.Signing.PrivateKey(rawRepresentation: bytes)).map(Key.p256)
                }
            }
        }
        guard let made else { return nil }
        key = made
    }

    /// What others check its signatures with.
    package var verifying: TokenVerifyingKey {
        switch key {
        case .ed25519(let key): TokenVerifyingKey(key.publicKey)
        case .p256(let key): TokenVerifyingKey(key.publicKey)
        }
    }

    /// The 64 bytes of a JWS signature (RFC 7515, RFC 7518 section 3.4). Costs some 20 us.
    package func signature(of message: [UInt8]) -> [UInt8] {
        switch key {
        case .ed25519(let key):
            guard let signature = try? key.signature(for: message) else {
                preconditionFailure("Ed25519 signs every message")
            }
            return Array(signature)
        case .p256(let key):
            guard let signature = try? key.signature(for: message) else {
                preconditionFailure("ECDSA signs every message")
            }
            return Array(signature.rawRepresentation)
        }
    }
}

extension TokenSigningKey: CustomStringConvertible, CustomReflectable {
    /// Nothing of the key.
    package var description: String { "TokenSigningKey" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The public half of a ``TokenSigningKey``.
package struct TokenVerifyingKey: Sendable, Equatable {
    private enum Key: Sendable {
        case ed25519(Curve25519.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
    }

    private let key: Key
    package let algorithm: TokenAlgorithm
    /// Ed25519: the 32 bytes of RFC 8032. P-256: x and y, 32 bytes each.
    package let bytes: [UInt8]

    fileprivate init(_ key: Curve25519.Signing.PublicKey) {
        (self.key, algorithm, bytes) = (.ed25519(key), .edDSA, Array(key.rawRepresentation))
    }

    fileprivate init(_ key: P256.Signing.PublicKey) {
        (self.key, algorithm, bytes) = (.p256(key), .es256, Array(key.rawRepresentation))
    }

    /// Reads ``bytes``; nil when they are no key of this algorithm.
    package init?(_ algorithm: TokenAlgorithm, bytes: [UInt8]) {
        switch algorithm {
        case .edDSA:
            guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return nil }
            self.init(key)
        case .es256:
            guard let key = try? P256.Signing.PublicKey(rawRepresentation: bytes) else { return nil }
            self.init(key)
        }
    }

    /// Whether the signature is this key's, of this message. Costs some 60 us.
    package func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        switch key {
        case .ed25519(let key): return key.isValidSignature(signature, for: message)
        case .p256(let key):
            guard let signature = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
            return key.isValidSignature(signature, for: message)
        }
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.algorithm == right.algorithm && left.bytes == right.bytes
    }
}
