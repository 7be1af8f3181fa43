// SPDX-License-Identifier: Apache-2.0
import IssuedKeys

/// `PATCH /v1/keys/{id}`.
func changeKey(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "name", "scopes", "expires_at", "not_before", "allowed_addresses", "allowed_routes", "metadata",
        "limits", "quota")
    var patch = KeyPatch()
    patch.name = try fields.settable("name", .name)
    patch.scopes = try fields.settable("scopes", .scopes)
    patch.expiresAt = try fields.clearable("expires_at", .future(from: call.now))
    patch.notBefore = try fields.clearable("not_before", .instant)
    patch.allowedAddresses = try fields.clearable("allowed_addresses", .addresses)
    patch.allowedRoutes = try fields.clearable("allowed_routes", .routes(0...100))
    patch.metadata = try fields.clearable("metadata", .metadata)
    patch.limits = try fields.clearable("limits", .limits)
    patch.quota = try fields.clearable("quota", .quota(in: call.ports.zones))
    let key = try await call.ports.keys.change(
        by: call.caller, call.id("key"), patch, ifRevision: call.expectedRevision(), at: call.now)
    return try await call.changed(key)
}

extension Call {
    /// The answer to a change of a key.
    func changed(_ key: Key) async throws -> Answer {
        let view = try await KeyViews(call: self).view(changed: key)
        return .one(revision: key.revision) { $0.members(of: view) }
    }
}
