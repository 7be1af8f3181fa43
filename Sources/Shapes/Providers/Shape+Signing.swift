// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys

extension Shape where Value == CredentialSlot {
    /// `aws_sigv4`: names of parts; region and service as text or settings.
    static func awsSignature(_ fields: Fields) throws(FieldFault) -> AWSSignature {
        AWSSignature(
            accessKeyID: try fields.required("access_key_id", .partName),
            secretAccessKey: try fields.required("secret_access_key", .partName),
            sessionToken: try fields.nullable("session_token", .partName),
            region: try fields.required("region", .text(64)), service: try fields.required("service", .text(64)))
    }

    /// `hmac`: a digest over a message, in fields of its own.
    static func signature(_ fields: Fields) throws(FieldFault) -> MessageSignature {
        let headers = try fields.required("headers", .signatureFields)
        return MessageSignature(
            algorithm: try fields.required("algorithm", Shape<MessageSignature.Algorithm>.word),
            key: try fields.required("key", .partName),
            encoding: try fields.required("encoding", Shape<MessageSignature.Encoding>.word),
            message: try fields.required("message", .text(1000, takesLineFeeds: true)), fields: headers,
            time: try fields.optional("timestamp", Shape<MessageSignature.Time>.word) ?? .unix)
    }

    /// `oauth2_client_credentials`.
    static func clientCredentials(_ fields: Fields) throws(FieldFault) -> ClientCredentials {
        let token = try fields.required("token_url", .tokenEndpoint)
        return ClientCredentials(
            tokenOrigin: token.origin, tokenPath: token.path,
            clientID: try fields.required("client_id", .partName),
            clientSecret: try fields.required("client_secret", .partName),
            authentication: try fields.required(
                "client_authentication", Shape<ClientCredentials.Authentication>.word),
            scope: try fields.nullable("scope", .grantWord), audience: try fields.nullable("audience", .grantWord))
    }
}

extension Shape where Value == [MessageSignature.Field] {
    fileprivate static var signatureFields: Shape {
        Shape { json, pointer throws(FieldFault) in
            let fields = try Shape<SlotFormat>.text(200)
                .members(
                    10, CredentialSlot.isFieldName, fix: "Send a field name that does not frame or route requests."
                )
                .read(json, pointer)
            guard fields.contains(where: { $0.value.names.contains("signature") }) else {
                throw .value(pointer, "No field carries the signature.", fix: "Put {signature} into one of them.")
            }
            return fields.map { MessageSignature.Field(name: $0.name, format: $0.value) }
        }
    }
}

/// Where tokens are had.
struct TokenEndpoint: Sendable {
    let origin: OriginPattern
    let path: String
}

extension Shape where Value == TokenEndpoint {
    /// `https://` origin and a canonical path, without a query.
    static var tokenEndpoint: Shape {
        parsed(
            "This is not the address of a token endpoint.",
            fix: "Send an https:// address of one of the provider's origins, with a path and no query."
        ) { text in
            let scheme = "https://"
            guard text.hasPrefix(scheme), text.utf8.count <= 500 else { return nil }
            let host = text.dropFirst(scheme.count).prefix { $0 != "/" }
            let path = Array(text.utf8.dropFirst(scheme.utf8.count + host.utf8.count))
            guard let origin = OriginPattern(scheme + host),
                CanonicalPath.read(path.span, 0..<path.count) == .asWritten
            else { return nil }
            return TokenEndpoint(origin: origin, path: String(decoding: path, as: UTF8.self))
        }
    }
}

extension Shape where Value == String {
    /// `scope` and `audience` of a grant: printable ASCII.
    fileprivate static var grantWord: Shape {
        parsed("This is not a scope or an audience.", fix: "Send 1 to 1000 printable ASCII characters.") { text in
            (1...1000).contains(text.utf8.count) && text.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? text : nil
        }
    }
}
