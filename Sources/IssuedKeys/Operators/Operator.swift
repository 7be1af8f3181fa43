// SPDX-License-Identifier: Apache-2.0
package import Access

/// A person who signs in: a user of the account that runs the installation, with a management key of their own.
package struct Operator: Equatable, Sendable {
    package let user: UserID
    package let name: String
    package let email: String?
    package let role: OperatorRole
    /// The accounts a manager is for; empty for all.
    package let accounts: [AccountID]
    /// The key they were given first; rotated, it keeps its id.
    package let key: KeyID
    package let createdAt: Instant
    /// When their keys were revoked; nil while they work here.
    package var removedAt: Instant?

    /// An operator from all its parts.
    package init(
        user: UserID, name: String, email: String?, role: OperatorRole, accounts: [AccountID], key: KeyID,
        createdAt: Instant, removedAt: Instant? = nil
    ) {
        self.user = user
        self.name = name
        self.email = email
        self.role = role
        self.accounts = accounts
        self.key = key
        self.createdAt = createdAt
        self.removedAt = removedAt
    }
}

/// What an operator may do, as the scopes of their key. A role is what somebody is given; what counts on each call are
/// the scopes.
package enum OperatorRole: String, Sendable, CaseIterable {
    /// Everything, the last key that may do everything always kept.
    case owner
    /// Everything but to see values, and to make an owner or whoever may see values.
    case admin
    /// For some accounts: reads, grants, pauses and revokes integrations, puts values in and replaces them. Sees no
    /// value, issues no key, changes no provider.
    case manager
    /// Reads.
    case auditor

    /// Its scopes.
    package var scopes: ScopeSet {
        switch self {
        case .owner: ScopeSet([.of("*", "*")])
        case .admin:
            ScopeSet(
                [
                    .of("keys", "*"), .of("accounts", "*"), Permission.credentialsRead, Permission.credentialsWrite,
                    .of("integrations", "*"), .of("rotations", "*"), .of("offboardings", "*"), .of("leaks", "*"),
                    .of("settings", "*"), Permission.eventsRead, Permission.usageRead,
                ])
        case .manager:
            ScopeSet(
                OperatorRole.auditor.scopes.scopes + [Permission.credentialsWrite, Permission.integrationsWrite])
        case .auditor:
            ScopeSet(
                [
                    Permission.keysRead, Permission.accountsRead, Permission.credentialsRead,
                    Permission.integrationsRead, .of("rotations", "read"), .of("offboardings", "read"),
                    .of("leaks", "read"), Permission.settingsRead, Permission.eventsRead, Permission.usageRead,
                ])
        }
    }
}

/// What a transaction offers for operators.
package protocol OperatorRecords: KeyRecords {
    /// The account that runs the installation.
    func houseAccount() throws -> AccountID?
    /// Writes a new one.
    func insert(_ person: Operator) throws
    /// Writes that one was removed.
    func update(_ person: Operator) throws
    /// The operator, or nil.
    func person(_ id: UserID) throws -> Operator?
    /// Operators in the order of their ids.
    func people(_ page: Page) throws -> [Operator]
}
