// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is given to add an operator.
package struct OperatorDraft: Equatable, Sendable {
    package var name: String
    package var email: String?
    package var role: OperatorRole
    /// For a manager: the accounts, one at least. For the others none.
    package var accounts: [AccountID]

    /// A draft.
    package init(name: String, email: String? = nil, role: OperatorRole, accounts: [AccountID] = []) {
        self.name = name
        self.email = email
        self.role = role
        self.accounts = accounts
    }
}

/// An operator that was just added, with the only sight of their key's secret.
package struct AddedOperator: Sendable {
    package let person: Operator
    package let issued: IssuedKey
}

/// Operators: add, read, remove.
package struct Operators: Sendable {
    private let store: any Store<any OperatorRecords>
    private let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any OperatorRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Adds a person: a user of the house account and a management key with the scopes of the role, both or neither.
    /// Nobody gives a role whose scopes they do not hold.
    package func add(
        by caller: Caller, _ draft: OperatorDraft, at now: Instant, keeping answer: Answering<AddedOperator>? = nil
    ) async throws -> AddedOperator {
        try await store.change(by: caller, needing: Permission.keysWrite, "operator.create", at: now, keeping: answer) {
            [random] records, note in
            note.details = [.init("name", draft.name), .init("role", draft.role.rawValue)]
            try Self.check(draft, caller)
            guard let house = try records.houseAccount() else { throw StorageFailure.unreadable("house account") }
            var source = random
            let user = UserID(at: now, using: &source)
            try records.insert(
                Owner(
                    id: .user(user), account: house, name: draft.name, externalID: nil, email: draft.email,
                    metadata: "{}", lockedAt: nil, createdAt: now, updatedAt: now, revision: 1))
            let issued = try Self.issue(draft, to: user, by: caller, records, at: now, using: &source)
            let person = Operator(
                user: user, name: draft.name, email: draft.email, role: draft.role, accounts: draft.accounts,
                key: issued.key.id, createdAt: now)
            try records.insert(person)
            note.subject = user.description
            note.account = house
            note.details.append(.init("key", issued.key.id.description))
            note.details.append(
                .init("accounts", draft.accounts.map(\.description).joined(separator: " ")))
            return AddedOperator(person: person, issued: issued)
        }
    }

    private static func check(_ draft: OperatorDraft, _ caller: Caller) throws {
        guard caller.accounts == nil else {
            throw Refusal.wouldEscalate(pointer: "", detail: "A key bound to accounts cannot add operators.")
        }
        guard caller.scopes.covers(Permission.accountsWrite) else {
            throw Refusal.missingScope(Permission.accountsWrite)
        }
        guard (draft.role == .manager) == !draft.accounts.isEmpty else {
            throw Refusal.invalid(
                pointer: "/accounts",
                detail: draft.role == .manager
                    ? "A manager is for some accounts." : "Only a manager is bound to accounts.",
                fix: draft.role == .manager
                    ? "Send the ids of those accounts." : "Leave the field out, or choose the role `manager`.")
        }
    }

    private static func issue(
        _ draft: OperatorDraft, to user: UserID, by caller: Caller, _ records: any OperatorRecords, at now: Instant,
        using random: inout Randomness
    ) throws -> IssuedKey {
        var note = EventNote("key.create")
        let key = KeyDraft(
            keyspace: Keyspace.builtInName, owner: .user(user), name: draft.name, scopes: draft.role.scopes,
            boundAccounts: draft.accounts)
        do {
            return try Keys.issue(key, by: caller, records, &note, at: now, using: &random)
        } catch Refusal.wouldEscalate {
            throw Refusal.wouldEscalate(
                pointer: "/role", detail: "The role may do what the caller may not.")
        } catch Refusal.invalid(let pointer, let detail, let fix) where pointer.hasPrefix("/bound_accounts") {
            throw Refusal.invalid(
                pointer: "/accounts" + pointer.dropFirst("/bound_accounts".count), detail: detail, fix: fix)
        }
    }

    /// A page of operators, those that were removed among them.
    package func list(by caller: Caller, _ page: Page, at now: Instant) async throws -> PageItems<Operator> {
        try await store.read(by: caller, needing: Permission.accountsRead, "operator.list", at: now) { records in
            guard caller.accounts == nil else { return PageItems([], limit: page.limit, id: \.user.description) }
            let rows = try records.people(Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit, id: \.user.description)
        }
    }

    /// Revokes all keys of a person. When this returns none is accepted. Removing twice is the same as once.
    package func remove(by caller: Caller, _ id: UserID, at now: Instant) async throws -> Operator {
        try await store.change(by: caller, needing: Permission.keysWrite, "operator.remove", at: now) {
            records, note in
            note.subject = id.description
            guard caller.accounts == nil, var person = try records.person(id) else {
                throw Refusal.notFound("operator")
            }
            note.account = try records.owner(.user(id))?.account
            let revoked = try Self.revokeKeys(of: id, by: caller, records, at: now)
            note.details = [
                .init("name", person.name), .init("role", person.role.rawValue), .init("keys", String(revoked)),
            ]
            if person.removedAt == nil { person.removedAt = now }
            try records.update(person)
            return person
        }
    }

    private static func revokeKeys(
        of id: UserID, by caller: Caller, _ records: any OperatorRecords, at now: Instant
    ) throws -> Int {
        var filter = KeyFilter()
        filter.owner = .user(id)
        var count = 0
        var after: String?
        while true {
            let page = try records.keys(filter, visible: nil, Page(after: after, limit: Page.longest))
            for key in page {
                if case .revoked = key.state { continue }
                var note = EventNote("key.revoke")
                let edit = KeyEdit.revoke(.offboarded, note: "Operator removed.", at: now)
                _ = try Keys.apply(edit, to: key.id, by: caller, ifRevision: nil, records, &note, at: now)
                count += 1
            }
            guard page.count == Page.longest, let last = page.last else { return count }
            after = last.id.description
        }
    }
}
