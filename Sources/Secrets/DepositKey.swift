// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import FoundationEssentials

/// The key pair to which others seal what they hand in: HPKE in base mode (RFC 9180) with DHKEM(P-256, HKDF-SHA256),
/// HKDF-SHA256 and AES-256-GCM, which a browser can do too. It prints as its name only.
package struct DepositKey: Sendable {
    private let key: P256.KeyAgreement.PrivateKey

    /// How many bytes the secret seed has.
    package static let seedLength = 32

    /// The key of a seed; nil for a seed of another length, and for the one in 2^32 that is no scalar of the curve.
    package init?(seed: borrowing Secret) {
        let made = seed.revealing { span in
            unsafe span.withUnsafeBytes { unsafe try? P256.KeyAgreement.PrivateKey(rawRepresentation: $0) }
        }
        guard let made else { return nil }
        key = made
    }

    /// A seed of which a key can be made.
    package static func seed(using random: inout some RandomNumberGenerator) -> Secret {
        while true {
            let seed = Secret(count: seedLength, using: &random)
            if DepositKey(seed: seed) != nil { return seed }
        }
    }

    /// What others seal to.
    package var publicKey: DepositPublicKey { DepositPublicKey(key.publicKey) }

    /// Opens what was sealed to this key for `place`. Costs some 100 us.
    ///
    /// - Parameter sealed: The encapsulated key (65 bytes), the ciphertext, its tag (16 bytes).
    package func open(_ sealed: [UInt8], for place: DepositPlace) throws(SealFailure) -> Secret {
        guard sealed.count >= DepositPublicKey.length + DepositPublicKey.tagLength else { throw .unreadable }
        let encapsulated = Data(sealed[..<DepositPublicKey.length])
        guard
            var recipient = try? HPKE.Recipient(
                privateKey: key, ciphersuite: .P256_SHA256_AES_GCM_256, info: place.info(of: publicKey),
                encapsulatedKey: encapsulated),
            var plain = try? recipient.open(sealed[DepositPublicKey.length...])
        else { throw .refused }
        defer { plain.resetBytes(in: 0..<plain.count) }
        return Secret(copying: plain.span)
    }
}

extension DepositKey: CustomStringConvertible, CustomReflectable {
    /// Nothing of the key.
    package var description: String { "DepositKey" }
    /// No children.
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// The public half of a ``DepositKey``.
package struct DepositPublicKey: Equatable, Sendable {
    /// The point, uncompressed (SEC 1, 2.3.3): 4, x and y.
    package let bytes: [UInt8]

    static let length = 65
    static let tagLength = 16

    /// The first 16 hexadecimal digits of the SHA-256 of ``bytes``.
    package var id: String { String(Digest(of: bytes.span).hexadecimal.prefix(16)) }

    /// Reads ``bytes``; nil when they are no point of the curve.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.length, let key = try? P256.KeyAgreement.PublicKey(x963Representation: bytes) else {
            return nil
        }
        self.init(key)
    }

    fileprivate init(_ key: P256.KeyAgreement.PublicKey) { bytes = Array(key.x963Representation) }

    /// Seals `plain` for `place`: the encapsulated key, the ciphertext, its tag. Whoever sealed it cannot open it again.
    package func seal(_ plain: borrowing Secret, for place: DepositPlace) -> [UInt8] {
        guard let key = try? P256.KeyAgreement.PublicKey(x963Representation: bytes),
            var sender = try? HPKE.Sender(
                recipientKey: key, ciphersuite: .P256_SHA256_AES_GCM_256, info: place.info(of: self))
        else { preconditionFailure("a point of the curve can be sealed to") }
        let sealed = plain.revealing { span in
            unsafe span.withUnsafeBytes { raw in
                var copy = unsafe Data(raw)
                defer { copy.resetBytes(in: 0..<copy.count) }
                return try? sender.seal(copy)
            }
        }
        guard let sealed else { preconditionFailure("HPKE seals every text") }
        return Array(sender.encapsulatedKey) + Array(sealed)
    }
}
