// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers for keyspaces and keys.
package protocol KeyRecords: OwnerRecords {
    /// The keyspace, or nil.
    func keyspace(_ id: KeyspaceID) throws -> Keyspace?
    /// The keyspace of that name, or nil.
    func keyspace(named name: String) throws -> Keyspace?
    /// Writes a new one. A taken name is a ``Refusal/conflict(detail:fix:)``.
    func insert(_ keyspace: Keyspace) throws
    /// Writes over an existing one.
    func update(_ keyspace: Keyspace) throws
    /// Keyspaces in the order of their ids.
    func keyspaces(_ page: Page) throws -> [Keyspace]

    /// The key, or nil.
    func key(_ id: KeyID) throws -> Key?
    /// Writes a new one; it is in force when the change returns.
    func insert(_ key: Key) throws
    /// Writes over an existing one; it is in force when the change returns.
    func update(_ key: Key) throws
    /// Keys in the order of their ids; only those in `visible` accounts (nil for all).
    func keys(_ filter: KeyFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Key]
    /// What has been flushed of a key's uses.
    func use(of id: KeyID) throws -> KeyUse
}

/// Which keys a list shows. Absent conditions allow all.
package struct KeyFilter: Equatable, Sendable {
    package var keyspace: KeyspaceID?
    package var owner: OwnerID?
    package var account: AccountID?
    /// `active`, `disabled` or `revoked`.
    package var state: String?
    /// What the hint starts with.
    package var prefix: String?
    /// Last accepted before this, or never.
    package var lastUsedBefore: Instant?
    /// Holds exactly this scope.
    package var scope: Scope?
    /// Occurs in the name, whatever the case of its ASCII letters.
    package var text: String?

    /// A filter that lets everything through.
    package init() {}
}
