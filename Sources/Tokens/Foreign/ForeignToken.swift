// SPDX-License-Identifier: Apache-2.0
internal import Secrets
internal import Wire

/// An identity as its issuer wrote it: a JWS in compact form (RFC 7515, section 7.1), read and not believed yet.
///
/// Strict where a second reader could read something else: exactly three parts, each in the one spelling of base64url
/// that it has, no name twice, nothing critical that is not understood. What the header says of where a key could be
/// had (`jwk`, `jku`, `x5c`, `x5u`) is never looked at.
struct ForeignToken: Sendable {
    /// The most bytes that are read.
    static let longest = 16_384

    let algorithm: ForeignAlgorithm
    /// The name of the key it is signed with, where it has one.
    let keyID: String?
    let claims: ForeignClaims
    /// What was signed: header and payload as they came.
    let signed: [UInt8]
    let signature: [UInt8]

    /// Reads a token.
    init(_ text: [UInt8]) throws(SignInRefusal) {
        guard text.count <= Self.longest else { throw .tokenTooLong }
        let parts = text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count == 3, let header = Self.json(parts[0]), let payload = Self.json(parts[1]),
            let signature = Base64URL.bytes(String(decoding: parts[2], as: UTF8.self)), !signature.isEmpty
        else { throw .tokenMalformed }
        algorithm = try Self.algorithm(header)
        keyID = try Self.keyID(header)
        claims = try ForeignClaims(payload)
        signed = Array(text[..<parts[1].endIndex])
        self.signature = signature
    }

    /// What tells this token from others. Not its whole text: of an ECDSA signature anybody can make another one that
    /// is as good, so a token spelled anew would look unused.
    var mark: Digest { Digest(of: [signed]) }

    private static func json(_ part: ArraySlice<UInt8>) -> JSON? {
        guard !part.isEmpty, let bytes = Base64URL.bytes(String(decoding: part, as: UTF8.self)),
            let json = try? JSON.parse(bytes), json.asObject != nil
        else { return nil }
        return json
    }

    private static func algorithm(_ header: JSON) throws(SignInRefusal) -> ForeignAlgorithm {
        guard header["crit"] == nil else { throw .tokenMalformed }
        guard let name = header["alg"]?.asString else { throw .tokenMalformed }
        guard let algorithm = ForeignAlgorithm(rawValue: name) else { throw .algorithmRefused }
        return algorithm
    }

    private static func keyID(_ header: JSON) throws(SignInRefusal) -> String? {
        guard let json = header["kid"] else { return nil }
        guard let text = json.asString, (1...256).contains(text.utf8.count) else { throw .tokenMalformed }
        return text
    }
}
