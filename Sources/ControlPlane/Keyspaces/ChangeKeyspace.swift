// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Shapes

/// `PATCH /v1/keyspaces/{id}`.
func changeKeyspace(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "max_lifetime", "default_limits", "rotate_every", "revoke_when_unused_for", "accept_query_parameter")
    var patch = KeyspacePatch()
    patch.maxLifetime = try fields.clearable("max_lifetime", .length)
    patch.defaultLimits = try fields.clearable("default_limits", .limits)
    patch.rotateEvery = try fields.clearable("rotate_every", .length)
    patch.revokeWhenUnusedFor = try fields.clearable("revoke_when_unused_for", .length)
    patch.acceptsQueryParameter = try fields.settable("accept_query_parameter", .bool)
    let keyspace = try await call.ports.keyspaces.change(
        by: call.caller, call.id("keyspace"), patch, ifRevision: call.expectedRevision(), at: call.now)
    return .keyspace(keyspace)
}
