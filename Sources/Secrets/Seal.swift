// SPDX-License-Identifier: Apache-2.0
internal import Crypto
internal import FoundationEssentials

/// Why a sealed box did not open. Deliberately says no more: which check failed is an attacker's question.
package enum SealFailure: Error, Equatable {
    /// Too short, or of a layout this program does not write.
    case unreadable
    /// Sealed under another key, altered, moved to another place, or of another version.
    case refused
}

/// Where a ciphertext belongs. It is authenticated with the ciphertext, so one that was moved or rolled back does not
/// open.
///
/// Each part is written with its length before it, so no two places share an encoding.
package struct Place: Equatable, Sendable {
    let bytes: [UInt8]

    /// A place named by its parts, the purpose first.
    package init(_ parts: String...) {
        var bytes: [UInt8] = []
        for part in parts {
            let text = Array(part.utf8)
            unsafe withUnsafeBytes(of: UInt32(text.count).bigEndian) { unsafe bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text)
        }
        self.bytes = bytes
    }
}

/// A 256-bit AES-GCM key. Wiped when the last copy goes, and it has no description.
package struct SealingKey: Sendable {
    private let key: SymmetricKey
    /// Which term of the keyring, or which of an account's data keys, this is; written before each ciphertext. 0 for
    /// keys that have no number.
    package let term: UInt32

    /// Takes 32 bytes.
    package init(_ bytes: borrowing Secret, term: UInt32 = 0) {
        precondition(bytes.count == 32, "an AES-256 key has 32 bytes")
        key = bytes.revealing { span in
            unsafe span.withUnsafeBytes { unsafe SymmetricKey(data: Array($0)) }
        }
        self.term = term
    }

    /// Seals `plain` for `place`: `[4-byte big-endian term][1-byte layout = 1][12-byte random
    /// nonce][ciphertext][16-byte tag]`.
    ///
    /// The nonce is random, so one key may seal at most 2^32 times (SP 800-38D).
    package func seal(_ plain: borrowing Secret, for place: Place) -> [UInt8] {
        plain.revealing { span in
            unsafe span.withUnsafeBytes { raw in
                var box: [UInt8] = []
                unsafe withUnsafeBytes(of: term.bigEndian) { unsafe box.append(contentsOf: $0) }
                box.append(1)
                let header = Place.header(box, place)
                guard let sealed = try? unsafe AES.GCM.seal(raw, using: key, authenticating: header) else {
                    preconditionFailure("AES-GCM refuses only wrong key and nonce sizes")
                }
                box.append(contentsOf: sealed.nonce)
                box.append(contentsOf: sealed.ciphertext)
                box.append(contentsOf: sealed.tag)
                return box
            }
        }
    }

    /// Opens what ``seal(_:for:)`` made, if it stands where it was put.
    package func open(_ box: [UInt8], from place: Place) throws(SealFailure) -> Secret {
        guard box.count >= 5 + 12 + 16, box[4] == 1 else { throw .unreadable }
        let header = Place.header(Array(box[..<5]), place)
        guard let sealed = try? AES.GCM.SealedBox(combined: box[5...]),
            var plain = try? AES.GCM.open(sealed, using: key, authenticating: header)
        else { throw .refused }
        defer { plain.resetBytes(in: 0..<plain.count) }
        return Secret(copying: plain.span)
    }

    /// A key for one place alone, by HKDF-SHA256 (RFC 5869): what is sealed under it counts against no other key's bound.
    package func derived(for place: Place) -> SealingKey {
        SealingKey(
            HKDF<SHA256>.deriveKey(inputKeyMaterial: key, info: place.bytes, outputByteCount: 32), term: term)
    }

    /// The 32 bytes, to be sealed under another key.
    var bytes: Secret {
        var bytes = unsafe key.withUnsafeBytes { unsafe Array($0) }
        return Secret(wiping: &bytes)
    }

    private init(_ key: SymmetricKey, term: UInt32) {
        self.key = key
        self.term = term
    }

    /// The number of the key that is written before a ciphertext, without opening it.
    package static func term(of box: [UInt8]) -> UInt32? {
        guard box.count >= 4 else { return nil }
        return box[..<4].reduce(0) { $0 << 8 | UInt32($1) }
    }

    /// A keyed fingerprint of a value: tells equal values apart from different ones without letting short ones be
    /// guessed.
    package func fingerprint(_ plain: borrowing Secret) -> String {
        plain.revealing { span in
            var authenticator = HMAC<SHA256>(key: key)
            unsafe span.withUnsafeBytes { raw in authenticator.update(data: unsafe Array(raw)) }
            return Hexadecimal.text(Array(Array(authenticator.finalize()).prefix(8)))
        }
    }
}

extension Place {
    fileprivate static func header(_ box: [UInt8], _ place: Place) -> [UInt8] { box + place.bytes }
}
