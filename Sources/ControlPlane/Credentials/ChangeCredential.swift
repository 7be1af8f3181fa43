// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Shapes

/// `PATCH /v1/credentials/{id}`.
func changeCredential(_ call: Call) async throws -> Answer {
    let fields = try call.fields("name", "settings", "rotation_policy", "key_id")
    var patch = CredentialPatch()
    patch.name = try fields.settable("name", .name)
    patch.settings = try fields.settable("settings", .credentialSettings)
    patch.policy = try fields.clearable("rotation_policy", .rotationPolicy(at: call.now))
    patch.keyID = try fields.clearable("key_id", .providerKey)
    return try await call.answer(
        try await call.ports.credentials.change(
            by: call.caller, call.id("credential"), patch, ifRevision: call.expectedRevision(), at: call.now))
}

/// `POST /v1/credentials/{id}/delete`.
func deleteCredential(_ call: Call) async throws -> Answer {
    let fields = try call.optionalFields("recover_within")
    let window = try fields.optional("recover_within", .lengthOrNone) ?? .seconds(7 * 86_400)
    return try await call.answer(
        try await call.ports.credentials.delete(
            by: call.caller, call.id("credential"), recoverWithin: window, ifRevision: call.expectedRevision(),
            at: call.now))
}

/// `POST /v1/credentials/{id}/restore`.
func restoreCredential(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.answer(
        try await call.ports.credentials.restore(
            by: call.caller, call.id("credential"), ifRevision: call.expectedRevision(), at: call.now))
}
