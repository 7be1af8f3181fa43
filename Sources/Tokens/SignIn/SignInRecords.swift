// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers for sign-in rules. Writes are in force when the change returns.
package protocol SignInRecords {
    /// The rule, or nil.
    func signInRule(_ id: SignInRuleID) throws -> SignInRule?
    /// Writes a new one. A taken name within the account is a ``Refusal/conflict(detail:fix:)``.
    func insert(_ rule: SignInRule) throws
    /// Writes over an existing one. A taken name is refused as by ``insert(_:)``.
    func update(_ rule: SignInRule) throws
    /// Removes one.
    func remove(_ rule: SignInRule) throws
    /// Rules in the order of their ids; only those in `visible` accounts (nil for all).
    func signInRules(_ filter: SignInRuleFilter, visible: Set<AccountID>?, _ page: Page) throws -> [SignInRule]
    /// How many rules an issuer has, over all accounts.
    func countOfSignInRules(of issuer: String) throws -> Int
    /// What a rule must know of the key it names, or nil.
    func signInKey(_ id: KeyID) throws -> SignInKey?
}

/// Which rules a list shows. Absent conditions allow all.
package struct SignInRuleFilter: Equatable, Sendable {
    package var account: AccountID?
    package var key: KeyID?
    package var issuer: String?
    package var state: SignInRule.State?

    /// A filter that lets everything through.
    package init() {}
}

/// A key as far as a rule that names it is concerned.
package struct SignInKey: Equatable, Sendable {
    package let id: KeyID
    package let account: AccountID
    package let scopes: ScopeSet
    /// Whether it manages this installation.
    package let isManagement: Bool
    /// For a management key: the accounts it is bound to; empty for all.
    package let boundAccounts: [AccountID]
    package let isRevoked: Bool

    /// A key from all these parts.
    package init(
        id: KeyID, account: AccountID, scopes: ScopeSet, isManagement: Bool, boundAccounts: [AccountID], isRevoked: Bool
    ) {
        self.id = id
        self.account = account
        self.scopes = scopes
        self.isManagement = isManagement
        self.boundAccounts = boundAccounts
        self.isRevoked = isRevoked
    }
}
