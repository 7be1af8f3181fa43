// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Shapes

/// `POST /v1/keys/{id}/revoke`.
func revokeKey(_ call: Call) async throws -> Answer {
    let fields = try call.fields("reason", "note")
    let reason = try fields.required("reason", Shape<RevocationReason>.word)
    let note = try fields.optional("note", .note)
    return try await call.changed(
        try await call.ports.keys.revoke(by: call.caller, call.id("key"), reason: reason, note: note, at: call.now))
}

/// `POST /v1/keys/{id}/disable`.
func disableKey(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.changed(try await call.ports.keys.disable(by: call.caller, call.id("key"), at: call.now))
}

/// `POST /v1/keys/{id}/enable`.
func enableKey(_ call: Call) async throws -> Answer {
    _ = try call.optionalFields()
    return try await call.changed(try await call.ports.keys.enable(by: call.caller, call.id("key"), at: call.now))
}
