// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

extension CredentialSlot {
    /// The place in the shape it is read in.
    var described: JSON {
        switch self {
        case .header(let name, let format): ["in": "header", "name": .string(name), "format": .string(format.text)]
        case .basic(let format): ["in": "basic", "format": .string(format.text)]
        case .query(let name, let format): ["in": "query", "name": .string(name), "format": .string(format.text)]
        case .path(let format): ["in": "path", "format": .string(format.text)]
        case .body(let name, let format): ["in": "body", "name": .string(name), "format": .string(format.text)]
        case .awsSignature(let signature): CredentialSlot.described(signature)
        case .signature(let signature): CredentialSlot.described(signature)
        case .clientCredentials(let credentials): CredentialSlot.described(credentials)
        }
    }

    private static func described(_ signature: AWSSignature) -> JSON {
        [
            "in": "aws_sigv4", "access_key_id": .string(signature.accessKeyID),
            "secret_access_key": .string(signature.secretAccessKey), "session_token": .text(signature.sessionToken),
            "region": .string(signature.region.text), "service": .string(signature.service.text),
        ]
    }

    private static func described(_ signature: MessageSignature) -> JSON {
        [
            "in": "hmac", "algorithm": .string(signature.algorithm.rawValue), "key": .string(signature.key),
            "encoding": .string(signature.encoding.rawValue), "message": .string(signature.message.text),
            "headers": .members(signature.fields, \.name) { .string($0.format.text) },
            "timestamp": .string(signature.time.rawValue),
        ]
    }

    private static func described(_ credentials: ClientCredentials) -> JSON {
        [
            "in": "oauth2_client_credentials",
            "token_url": .string(credentials.tokenOrigin.text + credentials.tokenPath),
            "client_id": .string(credentials.clientID), "client_secret": .string(credentials.clientSecret),
            "client_authentication": .string(credentials.authentication.rawValue),
            "scope": .text(credentials.scope), "audience": .text(credentials.audience),
        ]
    }
}
