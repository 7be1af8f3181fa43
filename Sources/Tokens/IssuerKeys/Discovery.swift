// SPDX-License-Identifier: Apache-2.0
internal import Wire

/// What an issuer says of itself (OpenID Connect Discovery 1.0, section 4.2).
enum Discovery {
    /// Where its keys are. The document must be about this very issuer, byte for byte, or one could speak for another.
    static func keyAddress(_ document: [UInt8], issuer: String) throws(WebFault) -> String {
        guard let json = try? JSON.parse(document), json.asObject != nil else {
            throw WebFault("its discovery document is no JSON object")
        }
        guard let named = json["issuer"]?.asString, named.utf8.elementsEqual(issuer.utf8) else {
            throw WebFault("its discovery document is about another issuer")
        }
        guard let address = json["jwks_uri"]?.asString, IssuerURL.isGood(address, withQuery: true) else {
            throw WebFault("its discovery document names no https address of keys")
        }
        return address
    }
}
