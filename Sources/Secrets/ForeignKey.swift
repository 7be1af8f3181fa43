// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import CryptoExtras

/// A public key of somebody else, which their signatures are checked with.
package struct ForeignKey: Sendable {
    /// Why numbers are no key that is used here.
    package enum Fault: Error, Equatable, Sendable {
        /// RSA of fewer than 2048 bits.
        case weak
        /// RSA of more than 8192 bits, whose every check would cost too much.
        case tooLong
        /// No point of the curve, an even number where there can be none, a wrong length.
        case malformed
    }

    private enum Kind: Sendable {
        case rsa(_RSA.Signing.PublicKey)
        case p256(P256.Signing.PublicKey)
        case p384(P384.Signing.PublicKey)
        case ed25519(Curve25519.Signing.PublicKey)
    }

    private let kind: Kind

    private init(_ kind: Kind) { self.kind = kind }

    /// RSA from modulus and exponent, big endian. The exponent has at most 32 bits.
    package static func rsa(modulus: [UInt8], exponent: [UInt8]) throws(Fault) -> ForeignKey {
        let modulus = Array(modulus.drop { $0 == 0 })
        let exponent = Array(exponent.drop { $0 == 0 })
        let bits = modulus.count * 8 - (modulus.first?.leadingZeroBitCount ?? 0)
        guard bits >= 2048 else { throw .weak }
        guard bits <= 8192 else { throw .tooLong }
        guard let low = exponent.last, low & 1 == 1, exponent.count <= 4, exponent != [1],
            modulus.last.map({ $0 & 1 }) == 1,
            let key = try? _RSA.Signing.PublicKey(n: modulus, e: exponent)
        else { throw .malformed }
        return ForeignKey(.rsa(key))
    }

    /// A point of P-256, 32 bytes a coordinate.
    package static func p256(x: [UInt8], y: [UInt8]) throws(Fault) -> ForeignKey {
        guard x.count == 32, y.count == 32, let key = try? P256.Signing.PublicKey(rawRepresentation: x + y) else {
            throw .malformed
        }
        return ForeignKey(.p256(key))
    }

    /// A point of P-384, 48 bytes a coordinate.
    package static func p384(x: [UInt8], y: [UInt8]) throws(Fault) -> ForeignKey {
        guard x.count == 48, y.count == 48, let key = try? P384.Signing.PublicKey(rawRepresentation: x + y) else {
            throw .malformed
        }
        return ForeignKey(.p384(key))
    }

    /// The 32 bytes of an Ed25519 key.
    package static func ed25519(_ x: [UInt8]) throws(Fault) -> ForeignKey {
        guard x.count == 32, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: x) else {
            throw .malformed
        }
        return ForeignKey(.ed25519(key))
    }

    /// Whether it is of the kind that the algorithm signs with.
    package func fits(_ algorithm: ForeignAlgorithm) -> Bool {
        switch (kind, algorithm) {
        case (.rsa, .rs256), (.rsa, .rs384), (.rsa, .rs512), (.rsa, .ps256): true
        case (.p256, .es256), (.p384, .es384), (.ed25519, .edDSA), (.ed25519, .ed25519): true
        case (.rsa, _), (.p256, _), (.p384, _), (.ed25519, _): false
        }
    }
}

extension ForeignKey {
    /// Whether the signature, in the form that JWS gives it, is this key's over this message by this very algorithm.
    package func accepts(_ signature: [UInt8], of message: [UInt8], by algorithm: ForeignAlgorithm) -> Bool {
        switch (kind, algorithm) {
        case (.rsa(let key), .rs256): key.accepts(signature, SHA256.hash(data: message), .insecurePKCS1v1_5)
        case (.rsa(let key), .rs384): key.accepts(signature, SHA384.hash(data: message), .insecurePKCS1v1_5)
        case (.rsa(let key), .rs512): key.accepts(signature, SHA512.hash(data: message), .insecurePKCS1v1_5)
        case (.rsa(let key), .ps256): key.accepts(signature, SHA256.hash(data: message), .PSS)
        case (.p256(let key), .es256): key.accepts(signature, message)
        case (.p384(let key), .es384): key.accepts(signature, message)
        case (.ed25519(let key), .edDSA), (.ed25519(let key), .ed25519): key.isValidSignature(signature, for: message)
        case (.rsa, _), (.p256, _), (.p384, _), (.ed25519, _): false
        }
    }
}

extension _RSA.Signing.PublicKey {
    fileprivate func accepts(_ signature: [UInt8], _ digest: some Crypto.Digest, _ padding: _RSA.Signing.Padding)
        -> Bool
    {
        isValidSignature(_RSA.Signing.RSASignature(rawRepresentation: signature), for: digest, padding: padding)
    }
}

extension P256.Signing.PublicKey {
    fileprivate func accepts(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        guard let read = try? P256.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return isValidSignature(read, for: SHA256.hash(data: message))
    }
}

extension P384.Signing.PublicKey {
    fileprivate func accepts(_ signature: [UInt8], _ message: [UInt8]) -> Bool {
        guard let read = try? P384.Signing.ECDSASignature(rawRepresentation: signature) else { return false }
        return isValidSignature(read, for: SHA384.hash(data: message))
    }
}
