// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes

/// `POST /v1/credentials`.
func holdCredential(_ call: Call) async throws -> Answer {
    let fields = try call.fields("account", "provider", "name", "value", "settings", "expires_at")
    let value = try fields.heldValue()
    var draft = CredentialDraft(
        account: try fields.required("account", .id("an account")),
        provider: try fields.required("provider", .pathName),
        name: try fields.required("name", .name))
    draft.settings = try fields.optional("settings", .credentialSettings) ?? []
    draft.expiresAt = try fields.nullable("expires_at", .future(from: call.now))
    return try await call.making(Answer.madeCredential) { [draft] keeping in
        try await call.ports.credentials.hold(
            by: call.caller, draft, value: value, at: call.now, keeping: keeping)
    }
}

extension Answer {
    /// A credential that was just made, or just got a version.
    static func madeCredential(_ credential: Credential) -> Answer {
        made(at: "/v1/credentials/\(credential.id)", revision: credential.revision) {
            $0.members(of: credential, used: [:])
        }
    }
}
