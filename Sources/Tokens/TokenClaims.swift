// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets
internal import Wire

/// What a token of ours says (RFC 9068 where it has a name for it).
package struct TokenClaims: Sendable, Equatable {
    /// What it is for; stands in the header's `typ`, so that one is never taken for the other.
    package enum Use: Sendable {
        /// Shown instead of a key.
        case access
        /// Tells an upstream who calls; accepted by nobody as a key.
        case principal
    }

    package var issuer: String
    package var audience: String
    package var id: TokenID
    package var issuedAt: Instant
    package var expiresAt: Instant
    package var owner: OwnerID
    package var account: AccountID
    package var key: KeyID
    /// Which of the key's secrets it was traded for: the first 64 bits of its digest. It dies with that secret.
    package var secret: UInt64
    package var keyspace: String
    package var environment: String
    package var scopes: ScopeSet

    /// All claims.
    package init(
        issuer: String, audience: String, id: TokenID, issuedAt: Instant, expiresAt: Instant, owner: OwnerID,
        account: AccountID, key: KeyID, secret: UInt64, keyspace: String, environment: String, scopes: ScopeSet
    ) {
        self.issuer = issuer
        self.audience = audience
        self.id = id
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
        self.owner = owner
        self.account = account
        self.key = key
        self.secret = secret
        self.keyspace = keyspace
        self.environment = environment
        self.scopes = scopes
    }

    /// The claims as JSON. Times are whole seconds, rounded so that a token never lives longer than meant.
    var json: [UInt8] {
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("iss", issuer)
            writer.member("sub", owner.description)
            writer.member("aud", audience)
            writer.member("exp", expiresAt.milliseconds / 1000)
            writer.member("iat", issuedAt.milliseconds / 1000)
            writer.member("jti", id.description)
            writer.member("client_id", key.description)
            writer.member("scope", scopes.description)
            writer.member("account", account.description)
            writer.member("keyspace", keyspace)
            writer.member("environment", environment)
            writer.member("secret", Hexadecimal.text(secret))
        }
        return writer.bytes
    }

    /// Reads what ``json`` wrote; nil for anything else. Signed by us, so it is not held against a caller.
    init?(json bytes: [UInt8]) {
        guard let read = try? JSON.parse(bytes), let issuer = read["iss"]?.asString,
            let owner = read["sub"]?.asString.flatMap({ OwnerID($0) }), let audience = read["aud"]?.asString,
            let expires = read["exp"]?.asInteger, let issued = read["iat"]?.asInteger,
            let id = read["jti"]?.asString.flatMap({ TokenID($0) }),
            let key = read["client_id"]?.asString.flatMap({ KeyID($0) }), let scope = read["scope"]?.asString,
            let account = read["account"]?.asString.flatMap({ AccountID($0) }),
            let keyspace = read["keyspace"]?.asString, let environment = read["environment"]?.asString,
            let secret = read["secret"]?.asString.flatMap({ UInt64($0, radix: 16) })
        else { return nil }
        let scopes = scope.split(separator: " ").compactMap { Scope($0) }
        self.init(
            issuer: issuer, audience: audience, id: id, issuedAt: Instant(milliseconds: issued * 1000),
            expiresAt: Instant(milliseconds: expires * 1000), owner: owner, account: account, key: key, secret: secret,
            keyspace: keyspace, environment: environment, scopes: ScopeSet(scopes))
    }
}

extension Hexadecimal {
    fileprivate static func text(_ value: UInt64) -> String {
        text((0..<8).map { UInt8(truncatingIfNeeded: value >> UInt64(56 - 8 * $0)) })
    }
}
