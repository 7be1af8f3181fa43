// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets
internal import Wire

/// The public keys as others read them: a JWK Set (RFC 7517, RFC 8037).
package enum TokenKeySet {
    /// The document.
    package static func json(_ keys: [TokenKey]) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.key("keys")
            writer.array { writer in
                for key in keys { writer.object { $0.members(of: key) } }
            }
        }
        return writer.bytes
    }
}

extension JSONWriter {
    fileprivate mutating func members(of key: TokenKey) {
        let bytes = key.verifying.bytes
        member("kid", key.id.description)
        member("use", "sig")
        member("alg", key.algorithm.rawValue)
        switch key.algorithm {
        case .edDSA:
            member("kty", "OKP")
            member("crv", "Ed25519")
            member("x", Base64URL.text(bytes))
        case .es256:
            member("kty", "EC")
            member("crv", "P-256")
            member("x", Base64URL.text(Array(bytes.prefix(32))))
            member("y", Base64URL.text(Array(bytes.suffix(32))))
        }
    }
}
