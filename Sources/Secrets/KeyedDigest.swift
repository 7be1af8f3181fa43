// SPDX-License-Identifier: Apache-2.0
internal import Crypto

/// HMAC (RFC 2104) as providers ask for it.
package enum KeyedDigest {
    /// The digest below.
    package enum Algorithm: Sendable { case sha1, sha256, sha512 }

    /// The code of `message` under `key`.
    package static func code(_ algorithm: Algorithm, key: Span<UInt8>, of message: [UInt8]) -> [UInt8] {
        let key = unsafe key.withUnsafeBytes { unsafe SymmetricKey(data: Array($0)) }
        return switch algorithm {
        case .sha1: Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
        }
    }
}
