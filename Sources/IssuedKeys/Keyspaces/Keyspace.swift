// SPDX-License-Identifier: Apache-2.0
package import Access

/// The set of keys for one API: what their text starts with, and the rules they share.
package struct Keyspace: Equatable, Sendable {
    package let id: KeyspaceID
    /// Unique; how people and calls name it.
    package let name: String
    /// The first word of its keys' texts.
    package let prefix: String
    /// The second word: `live`, `test`, ...
    package let environment: String
    /// The longest a key may live, counted from its creation; nil for no bound.
    package var maxLifetime: Length?
    /// Limits of its keys that have none of their own.
    package var defaultLimits: [Limit]
    /// After how long a key is due for a new secret; nil for never.
    package var rotateEvery: Length?
    /// After how long without use a key is revoked; nil for never.
    package var revokeWhenUnusedFor: Length?
    /// Whether its keys may stand in a query parameter.
    package var acceptsQueryParameter: Bool
    /// The keyspace of Bitting's own management keys.
    package let isBuiltIn: Bool
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// The name of the built-in keyspace, and the first word of its keys.
    package static let builtInName = "bitting"

    /// A keyspace from all its parts.
    package init(
        id: KeyspaceID, name: String, prefix: String, environment: String, maxLifetime: Length?,
        defaultLimits: [Limit] = [], rotateEvery: Length? = nil, revokeWhenUnusedFor: Length? = nil,
        acceptsQueryParameter: Bool, isBuiltIn: Bool, createdAt: Instant, updatedAt: Instant, revision: Int64
    ) {
        self.id = id
        self.name = name
        self.prefix = prefix
        self.environment = environment
        self.maxLifetime = maxLifetime
        self.defaultLimits = defaultLimits
        self.rotateEvery = rotateEvery
        self.revokeWhenUnusedFor = revokeWhenUnusedFor
        self.acceptsQueryParameter = acceptsQueryParameter
        self.isBuiltIn = isBuiltIn
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
