// SPDX-License-Identifier: Apache-2.0
import IssuedKeys
import Wire

extension JSONWriter {
    /// A keyspace as it is shown.
    mutating func members(of keyspace: Keyspace) {
        text("id", keyspace.id)
        member("name", keyspace.name)
        member("prefix", keyspace.prefix)
        member("environment", keyspace.environment)
        text("max_lifetime", keyspace.maxLifetime)
        member("default_limits", keyspace.defaultLimits)
        text("rotate_every", keyspace.rotateEvery)
        text("revoke_when_unused_for", keyspace.revokeWhenUnusedFor)
        member("accept_query_parameter", keyspace.acceptsQueryParameter)
        member("built_in", keyspace.isBuiltIn)
        text("created_at", keyspace.createdAt)
        text("updated_at", keyspace.updatedAt)
    }
}

extension Answer {
    static func keyspace(_ keyspace: Keyspace) -> Answer {
        one(revision: keyspace.revision) { $0.members(of: keyspace) }
    }
}
