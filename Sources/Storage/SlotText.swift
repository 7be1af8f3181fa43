// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Wire

/// Where a provider's key stands, as stored JSON in the shape of the API.
enum SlotText {
    static func json(_ slot: CredentialSlot) -> JSON {
        switch slot {
        case .header(let name, let format): ["in": "header", "name": .string(name), "format": .string(format.text)]
        case .basic(let format): ["in": "basic", "format": .string(format.text)]
        case .query(let name, let format): ["in": "query", "name": .string(name), "format": .string(format.text)]
        case .path(let format): ["in": "path", "format": .string(format.text)]
        case .body(let name, let format): ["in": "body", "name": .string(name), "format": .string(format.text)]
        case .awsSignature(let signature): json(signature)
        case .signature(let signature): json(signature)
        case .clientCredentials(let credentials): json(credentials)
        }
    }

    private static func json(_ signature: AWSSignature) -> JSON {
        [
            "in": "aws_sigv4", "access_key_id": .string(signature.accessKeyID),
            "secret_access_key": .string(signature.secretAccessKey),
            "session_token": signature.sessionToken.map { .string($0) } ?? .null,
            "region": .string(signature.region.text), "service": .string(signature.service.text),
        ]
    }

    private static func json(_ signature: MessageSignature) -> JSON {
        [
            "in": "hmac", "algorithm": .string(signature.algorithm.rawValue), "key": .string(signature.key),
            "encoding": .string(signature.encoding.rawValue), "message": .string(signature.message.text),
            "headers": .object(signature.fields.map { .init(name: $0.name, value: .string($0.format.text)) }),
            "timestamp": .string(signature.time.rawValue),
        ]
    }

    private static func json(_ credentials: ClientCredentials) -> JSON {
        [
            "in": "oauth2_client_credentials",
            "token_url": .string(credentials.tokenOrigin.text + credentials.tokenPath),
            "token_path": .string(credentials.tokenPath), "token_origin": .string(credentials.tokenOrigin.text),
            "client_id": .string(credentials.clientID), "client_secret": .string(credentials.clientSecret),
            "client_authentication": .string(credentials.authentication.rawValue),
            "scope": credentials.scope.map { .string($0) } ?? .null,
            "audience": credentials.audience.map { .string($0) } ?? .null,
        ]
    }

    static func slot(_ json: JSON) throws -> CredentialSlot {
        switch json["in"]?.asString {
        case "header": .header(name: try text(json, "name"), format: try format(json["format"]))
        case "basic": .basic(format: try format(json["format"]))
        case "query": .query(name: try text(json, "name"), format: try format(json["format"]))
        case "path": .path(format: try format(json["format"]))
        case "body": .body(name: try text(json, "name"), format: try format(json["format"]))
        case "aws_sigv4":
            .awsSignature(
                AWSSignature(
                    accessKeyID: try text(json, "access_key_id"), secretAccessKey: try text(json, "secret_access_key"),
                    sessionToken: json["session_token"]?.asString, region: try format(json["region"], needsName: false),
                    service: try format(json["service"], needsName: false)))
        case "hmac": .signature(try signature(json))
        case "oauth2_client_credentials": .clientCredentials(try clientCredentials(json))
        default: throw StorageFailure.unreadable("provider slot")
        }
    }

    private static func signature(_ json: JSON) throws -> MessageSignature {
        MessageSignature(
            algorithm: try RuleText.need(MessageSignature.Algorithm(rawValue: try text(json, "algorithm"))),
            key: try text(json, "key"),
            encoding: try RuleText.need(MessageSignature.Encoding(rawValue: try text(json, "encoding"))),
            message: try RuleText.need(
                SlotFormat(try text(json, "message"), longest: 1000, needsName: false, takesLineFeeds: true)),
            fields: try RuleText.need(json["headers"]?.asObject).map { member in
                .init(name: member.name, format: try format(member.value, needsName: false))
            }, time: try RuleText.need(MessageSignature.Time(rawValue: try text(json, "timestamp"))))
    }

    private static func clientCredentials(_ json: JSON) throws -> ClientCredentials {
        ClientCredentials(
            tokenOrigin: try RuleText.need(OriginPattern(try text(json, "token_origin"))),
            tokenPath: try text(json, "token_path"), clientID: try text(json, "client_id"),
            clientSecret: try text(json, "client_secret"),
            authentication: try RuleText.need(
                ClientCredentials.Authentication(rawValue: try text(json, "client_authentication"))),
            scope: json["scope"]?.asString, audience: json["audience"]?.asString)
    }

    private static func text(_ json: JSON, _ name: String) throws -> String { try RuleText.need(json[name]?.asString) }

    private static func format(_ json: JSON?, needsName: Bool = true) throws -> SlotFormat {
        try RuleText.need(SlotFormat(try RuleText.need(json?.asString), longest: 200, needsName: needsName))
    }
}
