// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is given to make a key.
package struct KeyDraft: Sendable {
    /// The keyspace's id or name.
    package var keyspace: String
    package var owner: OwnerID
    package var name: String
    package var scopes: ScopeSet
    package var expiresAt: Instant?
    package var notBefore: Instant?
    package var allowedAddresses: [AddressRange]
    package var allowedRoutes: [Route]
    package var boundAccounts: [AccountID]
    package var metadata: String
    /// Its own limits; nil for those of its keyspace.
    package var limits: [Limit]?
    package var quota: Quota?
    /// Its secret is thrown away unseen.
    package var isSecretless = false

    /// A draft.
    package init(
        keyspace: String, owner: OwnerID, name: String, scopes: ScopeSet, expiresAt: Instant? = nil,
        notBefore: Instant? = nil, allowedAddresses: [AddressRange] = [], allowedRoutes: [Route] = [],
        boundAccounts: [AccountID] = [], metadata: String = "{}", limits: [Limit]? = nil, quota: Quota? = nil
    ) {
        self.keyspace = keyspace
        self.owner = owner
        self.name = name
        self.scopes = scopes
        self.expiresAt = expiresAt
        self.notBefore = notBefore
        self.allowedAddresses = allowedAddresses
        self.allowedRoutes = allowedRoutes
        self.boundAccounts = boundAccounts
        self.metadata = metadata
        self.limits = limits
        self.quota = quota
    }
}
