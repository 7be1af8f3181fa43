// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Shapes

/// `POST /v1/credentials/{id}/versions`.
func replaceValue(_ call: Call) async throws -> Answer {
    let fields = try call.fields("value", "state", "expected_version", "settings", "expires_at", "force")
    let value = try fields.heldValue()
    var draft = VersionDraft()
    draft.isPending = try fields.optional("state", Shape<NewVersionState>.word) == .pending
    draft.expectedVersion = try fields.optional("expected_version", .integer(1...Int64.max))
    draft.settings = try fields.optional("settings", .credentialSettings)
    draft.expiresAt = try fields.nullable("expires_at", .future(from: call.now))
    draft.evenIfEqual = try fields.optional("force", .bool) ?? false
    let revision = try call.expectedRevision()
    return try await call.making(Answer.madeCredential) { [draft] keeping in
        try await call.ports.credentials.replace(
            by: call.caller, call.id("credential"), draft, value: value, ifRevision: revision, at: call.now,
            keeping: keeping)
    }
}

/// What a new version can be at first.
private enum NewVersionState: String, CaseIterable { case current, pending }
