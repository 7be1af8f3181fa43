// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Wire

/// What an identity says of itself (RFC 7519, section 4.1; OpenID Connect Core 1.0, section 2).
struct ForeignClaims: Sendable {
    let issuer: String
    let audiences: [String]
    let expiresAt: Instant
    let notBefore: Instant?
    let issuedAt: Instant?
    /// All claims, these among them.
    let all: JSON

    /// The most audiences of one token.
    private static let mostAudiences = 64

    /// Reads the payload: `iss`, `aud` and `exp` must be there and of the right kind.
    init(_ json: JSON) throws(SignInRefusal) {
        guard let issuer = json["iss"]?.asString, (1...IssuerURL.longest).contains(issuer.utf8.count),
            let audiences = Self.audiences(json["aud"])
        else { throw .tokenMalformed }
        guard let expiresAt = try Self.moment(json["exp"]) else { throw .tokenMalformed }
        self.issuer = issuer
        self.audiences = audiences
        self.expiresAt = expiresAt
        notBefore = try Self.moment(json["nbf"])
        issuedAt = try Self.moment(json["iat"])
        all = json
    }

    /// Whether the audience is among the token's, byte for byte.
    func isFor(_ audience: String) -> Bool { audiences.contains { $0.utf8.elementsEqual(audience.utf8) } }

    private static func audiences(_ json: JSON?) -> [String]? {
        if let one = json?.asString { return [one] }
        guard let list = json?.asArray, (1...mostAudiences).contains(list.count) else { return nil }
        let texts = list.compactMap(\.asString)
        return texts.count == list.count ? texts : nil
    }

    /// A NumericDate: seconds, perhaps with a fraction (RFC 7519, section 2); nil when it is absent.
    private static func moment(_ json: JSON?) throws(SignInRefusal) -> Instant? {
        let seconds: Double
        switch json {
        case nil: return nil
        case .integer(let whole): seconds = Double(whole)
        case .number(let value, _): seconds = value
        case .null, .bool, .string, .array, .object: throw .tokenMalformed
        }
        guard (0...Double(Instant.latest.milliseconds / 1000)).contains(seconds) else { throw .tokenMalformed }
        return Instant(milliseconds: Int64(seconds * 1000))
    }
}
