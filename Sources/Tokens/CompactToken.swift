// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets
internal import Wire

/// Our tokens as text: a JWS in compact form (RFC 7515, section 7.1).
///
/// The header of a token is nothing to be read: each key has the one header that its tokens begin with, byte for byte.
/// So a token says neither by what algorithm nor by which key it wants to be checked.
struct CompactToken {
    /// No token of ours is longer.
    static let longest = 8192

    /// `eyJ…`, what tokens of a key and a use begin with, the dot included.
    static func head(_ key: TokenKey, _ use: TokenClaims.Use) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("alg", key.algorithm.rawValue)
            // RFC 9068, section 2.1
            writer.member("typ", use == .access ? "at+jwt" : "bitting-principal+jwt")
            writer.member("kid", key.id.description)
        }
        return Array(Base64URL.text(writer.bytes).utf8) + [0x2E]
    }

    /// The token, signed.
    static func text(_ claims: TokenClaims, head: [UInt8], by key: TokenSigningKey) -> [UInt8] {
        let signed = head + Array(Base64URL.text(claims.json).utf8)
        return signed + [0x2E] + Array(Base64URL.text(key.signature(of: signed)).utf8)
    }

    /// What stands between the head and the signature, and that: nil when it is not of this form.
    static func parts(_ text: [UInt8], after head: Int) -> (payload: [UInt8], signature: [UInt8], signed: [UInt8])? {
        let rest = text[head...]
        guard let dot = rest.firstIndex(of: 0x2E),
            let payload = Base64URL.bytes(String(decoding: rest[..<dot], as: UTF8.self)),
            let signature = Base64URL.bytes(String(decoding: rest[(dot + 1)...], as: UTF8.self))
        else { return nil }
        return (payload, signature, Array(text[..<dot]))
    }
}
