// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Tokens
internal import Wire

/// What others read before they begin: the public keys (RFC 7517), and where what is (RFC 8414).
enum Discovery {
    /// `GET /.well-known/jwks.json`
    static func keySet(_ mint: Mint, at now: Instant) -> WrittenAnswer {
        WrittenAnswer(
            type: "application/jwk-set+json",
            fields: [("Cache-Control", "public, max-age=\(TokenTimes.setIsFresh.milliseconds / 1000)")],
            body: TokenKeySet.json(mint.published(at: now)))
    }

    /// `GET /.well-known/oauth-authorization-server`
    static func metadata(_ mint: Mint) -> WrittenAnswer {
        let issuer = mint.issuer
        var writer = JSONWriter()
        writer.object { writer in
            writer.member("issuer", issuer)
            writer.member("token_endpoint", issuer + "/oauth/token")
            writer.member("introspection_endpoint", issuer + "/oauth/introspect")
            writer.member("revocation_endpoint", issuer + "/oauth/revoke")
            writer.member("jwks_uri", issuer + "/.well-known/jwks.json")
            writer.member(
                "grant_types_supported", ["urn:ietf:params:oauth:grant-type:token-exchange", "client_credentials"])
            writer.member("response_types_supported", [String]())
            let methods = ["client_secret_basic", "client_secret_post"]
            writer.member("token_endpoint_auth_methods_supported", methods + ["none"])
            writer.member("introspection_endpoint_auth_methods_supported", methods)
            writer.member("revocation_endpoint_auth_methods_supported", ["none"])
        }
        return WrittenAnswer(fields: [("Cache-Control", "public, max-age=300")], body: writer.bytes)
    }
}
