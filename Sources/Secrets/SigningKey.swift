// SPDX-License-Identifier: Apache-2.0
internal import Crypto

/// An Ed25519 key that signs (RFC 8032). It prints as its name only.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// How many bytes the secret seed has.
    package static let seedLength = 32

    /// The key of a seed of 32 bytes.
    package init(seed: borrowing Secret) {
        precondition(seed.count == Self.seedLength, "an Ed25519 seed has 32 bytes")
        let made = seed.revealing { span in
            unsafe span.withUnsafeBytes { unsafe try? Curve25519.Signing.PrivateKey(rawRepresentation: $0) }
        }
        guard let made else { preconditionFailure("Ed25519 takes every seed of 32 bytes") }
        key = made
    }

    /// What others check its signatures with.
    package var verifying: VerifyingKey { VerifyingKey(key.publicKey) }

    /// The 64 bytes of a signature.
    package func signature(of message: [UInt8]) -> [UInt8] {
        guard let signature = try? key.signature(for: message) else {
            preconditionFailure("Ed25519 signs every message")
        }
        return Array(signature)
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    /// Nothing of the key.
    package var description: String { "SigningKey" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The public half of a ``SigningKey``.
package struct VerifyingKey: Equatable, Sendable {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Reads 32 bytes; nil for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        self.bytes = bytes
    }

    fileprivate init(_ key: Curve25519.Signing.PublicKey) { bytes = Array(key.rawRepresentation) }

    /// Whether the signature is this key's, of this message.
    package func accepts(_ signature: [UInt8], of message: [UInt8]) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
        return key.isValidSignature(signature, for: message)
    }
}
