// SPDX-License-Identifier: Apache-2.0
internal import HeldKeys
internal import Wire

/// The places a provider's key can stand, as they are written, each with its fields.
private enum SlotKind: String, CaseIterable, Sendable {
    case header, basic, query, path, body
    case awsSignature = "aws_sigv4"
    case signature = "hmac"
    case clientCredentials = "oauth2_client_credentials"

    var fields: [String] {
        switch self {
        case .header, .query, .body: ["name", "format"]
        case .basic, .path: ["format"]
        case .awsSignature: ["access_key_id", "secret_access_key", "session_token", "region", "service"]
        case .signature: ["algorithm", "key", "encoding", "message", "headers", "timestamp"]
        case .clientCredentials:
            ["token_url", "client_id", "client_secret", "client_authentication", "scope", "audience"]
        }
    }
}

extension Shape where Value == [CredentialSlot] {
    /// One place, or a list of up to five.
    static var slots: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard json.asArray != nil else { return [try Shape<CredentialSlot>.slot.read(json, pointer)] }
            return try Shape<CredentialSlot>.slot.list(1...5).read(json, pointer)
        }
    }
}

extension Shape where Value == CredentialSlot {
    /// `{in, …}`.
    fileprivate static var slot: Shape {
        Shape { json, pointer throws(FieldFault) in
            guard let members = json.asObject else { throw .type(pointer, "an object") }
            let place = try Fields(.object(members.filter { $0.name == "in" }), at: pointer, ["in"])
            let kind = try place.required("in", Shape<SlotKind>.word)
            return try read(kind, try Fields(json, at: pointer, ["in"] + kind.fields))
        }
    }

    private static func read(_ kind: SlotKind, _ fields: Fields) throws(FieldFault) -> CredentialSlot {
        switch kind {
        case .header:
            .header(name: try fields.required("name", .fieldName), format: try fields.format(or: "{value}"))
        case .query:
            .query(name: try fields.required("name", .parameterName), format: try fields.format(or: "{value}"))
        case .body: .body(name: try fields.required("name", .parameterName), format: try fields.format(or: "{value}"))
        case .basic: .basic(format: try fields.optional("format", .userAndPassword) ?? .written("{value}:"))
        case .path: .path(format: try fields.required("format", .pathPrefix))
        case .awsSignature: .awsSignature(try awsSignature(fields))
        case .signature: .signature(try signature(fields))
        case .clientCredentials: .clientCredentials(try clientCredentials(fields))
        }
    }
}

extension Fields {
    fileprivate func format(or usual: String) throws(FieldFault) -> SlotFormat {
        try optional("format", .slotFormat) ?? .written(usual)
    }
}

extension Shape where Value == String {
    static var fieldName: Shape {
        parsed(
            "This cannot be the field of a credential.",
            fix: "Send a field name of at most 64 characters that does not frame or route requests."
        ) { CredentialSlot.isFieldName($0) ? $0 : nil }
    }

    /// The name of a part of the value, or `value` where it has none.
    static var partName: Shape {
        parsed("This cannot name a part of the value.", fix: "Send the name of one of `parts`, or value.") {
            NamedPart.isName($0) ? $0 : nil
        }
    }

    fileprivate static var parameterName: Shape {
        parsed(
            "This cannot be the parameter of a credential.", fix: "Send 1 to 64 of A-Z a-z 0-9 . _ ~ -."
        ) { CredentialSlot.isParameterName($0) ? $0 : nil }
    }
}
