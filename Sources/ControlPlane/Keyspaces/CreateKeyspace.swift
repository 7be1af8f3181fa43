// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Shapes

/// `POST /v1/keyspaces`. The core holds prefix and environment against their forms.
func createKeyspace(_ call: Call) async throws -> Answer {
    let fields = try call.fields(
        "name", "prefix", "environment", "max_lifetime", "default_limits", "rotate_every", "revoke_when_unused_for",
        "accept_query_parameter")
    let draft = KeyspaceDraft(
        name: try fields.required("name", .keyspaceName), prefix: try fields.required("prefix", .text(1...64)),
        environment: try fields.optional("environment", .text(1...64)) ?? "live",
        maxLifetime: try fields.nullable("max_lifetime", .length),
        defaultLimits: try fields.optional("default_limits", .limits) ?? [],
        rotateEvery: try fields.nullable("rotate_every", .length),
        revokeWhenUnusedFor: try fields.nullable("revoke_when_unused_for", .length),
        acceptsQueryParameter: try fields.optional("accept_query_parameter", .bool) ?? false)
    let answer = { @Sendable (made: Keyspace) in
        Answer.made(at: "/v1/keyspaces/\(made.id)", revision: made.revision) { $0.members(of: made) }
    }
    return try await call.making(answer) {
        try await call.ports.keyspaces.create(by: call.caller, draft, at: call.now, keeping: $0)
    }
}
