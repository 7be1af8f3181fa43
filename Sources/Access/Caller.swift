// SPDX-License-Identifier: Apache-2.0

/// Who makes a management call. Every operation of every core takes one first.
package struct Caller: Sendable {
    /// Where a caller's right comes from.
    package enum Identity: Equatable, Sendable {
        /// A management key.
        case key(KeyID)
        /// The program itself, before anybody could call it: `init` and the example world.
        case setup
        /// The program itself, doing what is due by time.
        case schedule
        /// A machine that signs in under a rule. Makes no other call.
        case rule(SignInRuleID)
        /// An offboarding, doing what it planned.
        case offboarding(OffboardingID)
        /// Somebody who was invited to hand in one key, and shows the ticket.
        case deposit(DepositID)
        /// Nobody that is known.
        case unknown
    }

    package let identity: Identity
    package let scopes: ScopeSet
    /// Whose key it is; nil where no key was shown.
    package let owner: OwnerID?
    /// The accounts it may see and change; nil for all.
    package let accounts: Set<AccountID>?
    /// Where the call came from, for the audit trail.
    package let address: String?
    /// For a call that may be repeated: how a repeat is known. Looked at only by changes that keep their answers.
    package var ticket: ReplayTicket?

    /// A caller known by its key.
    package init(
        key: KeyID, of owner: OwnerID? = nil, scopes: ScopeSet, accounts: Set<AccountID>?, address: String?
    ) {
        identity = .key(key)
        self.owner = owner
        self.scopes = scopes
        self.accounts = accounts
        self.address = address
    }

    private init(
        _ identity: Identity, _ scopes: ScopeSet, owner: OwnerID? = nil, accounts: Set<AccountID>? = nil,
        address: String? = nil
    ) {
        self.identity = identity
        self.scopes = scopes
        self.owner = owner
        self.accounts = accounts
        self.address = address
    }

    /// The program itself at set-up.
    package static let setup = Caller(.setup, ScopeSet([.of("*", "*")]))

    /// The program itself, doing what policies and dates ask for.
    package static let schedule = Caller(
        .schedule,
        ScopeSet([.of("keys", "*"), .of("settings", "*"), .of("credentials", "write"), .of("rotations", "*")]))

    /// An offboarding, carrying out what somebody who may planned.
    package static func offboarding(_ id: OffboardingID) -> Caller {
        Caller(
            .offboarding(id),
            ScopeSet([
                .of("keys", "*"), .of("offboardings", "*"), .of("rotations", "*"), Permission.credentialsRead,
                Permission.credentialsWrite, Permission.integrationsWrite, Permission.accountsErase,
            ]))
    }

    /// Somebody whose key was not accepted: may do nothing, and appears in the audit trail.
    package static let unknown = Caller(.unknown, ScopeSet([]))

    /// A machine that signs in under a rule: may do nothing here, and appears in the audit trail.
    package static func signingIn(under rule: SignInRuleID, from address: String?) -> Caller {
        Caller(.rule(rule), ScopeSet([]), address: address)
    }

    /// Somebody who hands in the key that an invitation asks for: may put a key into the vault, of that account alone.
    package static func depositing(under deposit: DepositID, of account: AccountID, from address: String?) -> Caller {
        Caller(
            .deposit(deposit), ScopeSet([Permission.credentialsWrite]), accounts: [account], address: address)
    }

    /// Whether it may see `account` at all. What it may not see does not exist for it.
    package func sees(_ account: AccountID) -> Bool { accounts?.contains(account) ?? true }

    /// The same caller with one right more: for an act that another right of it includes.
    package func mayAlso(_ scope: Scope) -> Caller {
        var caller = Caller(identity, scopes.adding(scope), owner: owner, accounts: accounts, address: address)
        caller.ticket = ticket
        return caller
    }

    /// The identity as the audit trail shows it.
    package var name: String {
        switch identity {
        case .key(let id): id.description
        case .setup: "setup"
        case .schedule: "schedule"
        case .rule(let id): id.description
        case .deposit(let id): id.description
        case .offboarding(let id): id.description
        case .unknown: "unknown"
        }
    }
}

/// The scopes that management calls need.
package enum Permission {
    package static let keysRead = Scope.of("keys", "read")
    package static let keysWrite = Scope.of("keys", "write")
    package static let keysVerify = Scope.of("keys", "verify")
    package static let accountsRead = Scope.of("accounts", "read")
    package static let accountsWrite = Scope.of("accounts", "write")
    package static let accountsErase = Scope.of("accounts", "erase")
    package static let credentialsRead = Scope.of("credentials", "read")
    package static let credentialsWrite = Scope.of("credentials", "write")
    package static let credentialsReveal = Scope.of("credentials", "reveal")
    package static let integrationsRead = Scope.of("integrations", "read")
    package static let integrationsWrite = Scope.of("integrations", "write")
    package static let rotationsRead = Scope.of("rotations", "read")
    package static let rotationsWrite = Scope.of("rotations", "write")
    package static let offboardingsRead = Scope.of("offboardings", "read")
    package static let offboardingsWrite = Scope.of("offboardings", "write")
    package static let settingsRead = Scope.of("settings", "read")
    package static let settingsWrite = Scope.of("settings", "write")
    package static let eventsRead = Scope.of("events", "read")
    package static let usageRead = Scope.of("usage", "read")
}
