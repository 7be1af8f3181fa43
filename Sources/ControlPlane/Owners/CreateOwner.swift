// SPDX-License-Identifier: Apache-2.0
import Access
import Shapes

/// `POST /v1/accounts`.
func createAccount(_ call: Call) async throws -> Answer {
    let draft = try OwnerDraft(
        try call.fields("name", "external_id", "metadata", "quota"), email: nil, call.ports.zones)
    return try await call.making(call.made) {
        try await call.ports.owners.openAccount(by: call.caller, draft, at: call.now, keeping: $0)
    }
}

/// `POST /v1/accounts/{id}/apps`.
func createApp(_ call: Call) async throws -> Answer {
    let draft = try OwnerDraft(
        try call.fields("name", "external_id", "metadata", "quota"), email: nil, call.ports.zones)
    return try await call.making(call.made) {
        try await call.ports.owners.addApp(
            by: call.caller, to: call.id("account"), draft, at: call.now, keeping: $0)
    }
}

/// `POST /v1/accounts/{id}/users`.
func createUser(_ call: Call) async throws -> Answer {
    let fields = try call.fields("name", "email", "external_id", "metadata", "quota")
    let draft = try OwnerDraft(fields, email: try fields.nullable("email", .email), call.ports.zones)
    return try await call.making(call.made) {
        try await call.ports.owners.addUser(
            by: call.caller, to: call.id("account"), draft, at: call.now, keeping: $0)
    }
}

extension OwnerDraft {
    fileprivate init(_ fields: Fields, email: String?, _ zones: TimeZones) throws(FieldFault) {
        self.init(
            name: try fields.required("name", .name), externalID: try fields.nullable("external_id", .text(1...200)),
            email: email, metadata: try fields.optional("metadata", .metadata) ?? "{}",
            quota: try fields.nullable("quota", .quota(in: zones)))
    }
}
