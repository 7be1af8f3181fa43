// SPDX-License-Identifier: Apache-2.0

/// What a transaction offers for accounts, apps and users.
package protocol OwnerRecords {
    /// The owner, or nil.
    func owner(_ id: OwnerID) throws -> Owner?
    /// Writes a new one. A second owner with the same external id in the same place is a
    /// ``Refusal/conflict(detail:fix:)``.
    func insert(_ owner: Owner) throws
    /// Writes over an existing one, and puts its lock in force with the commit.
    func update(_ owner: Owner) throws
    /// Owners of one type in the order of their ids; `account` nil for all that `visible` (nil for all) allows.
    func owners(_ filter: OwnerFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Owner]
}

/// Which owners a list shows.
package struct OwnerFilter: Equatable, Sendable {
    package var type: OwnerType
    package var account: AccountID?
    package var externalID: String?
    package var locked: Bool?

    /// Owners of one type, and further conditions.
    package init(type: OwnerType, account: AccountID? = nil, externalID: String? = nil, locked: Bool? = nil) {
        self.type = type
        self.account = account
        self.externalID = externalID
        self.locked = locked
    }
}

/// What is given to make an owner.
package struct OwnerDraft: Equatable, Sendable {
    package var name: String
    package var externalID: String?
    package var email: String?
    package var metadata: String
    package var quota: Quota?

    /// A draft; `metadata` is a JSON object as text.
    package init(
        name: String, externalID: String? = nil, email: String? = nil, metadata: String = "{}", quota: Quota? = nil
    ) {
        self.name = name
        self.externalID = externalID
        self.email = email
        self.metadata = metadata
        self.quota = quota
    }
}

/// What may be changed of an owner.
package struct OwnerPatch: Equatable, Sendable {
    package var name: Patch<String> = .keep
    package var externalID: Patch<String> = .keep
    package var email: Patch<String> = .keep
    package var metadata: Patch<String> = .keep
    package var quota: Patch<Quota> = .keep

    /// A patch that changes nothing.
    package init() {}
}

/// Accounts, apps and users: create, read, change, lock.
package struct Owners: Sendable {
    private let store: any Store<any OwnerRecords>
    private let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any OwnerRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Opens a new account. A caller bound to accounts cannot: it could not see what it made.
    package func openAccount(
        by caller: Caller, _ draft: OwnerDraft, at now: Instant, keeping answer: Answering<Owner>? = nil
    ) async throws -> Owner {
        var source = random
        let id = AccountID(at: now, using: &source)
        return try await store.change(
            by: caller, needing: Permission.accountsWrite, "account.create", at: now, keeping: answer
        ) { records, note in
            guard caller.accounts == nil else {
                throw Refusal.wouldEscalate(pointer: "", detail: "A key bound to accounts cannot open further ones.")
            }
            return try Self.insert(draft, .account(id), in: id, records, &note, at: now)
        }
    }

    /// Adds an app to an account.
    package func addApp(
        by caller: Caller, to account: AccountID, _ draft: OwnerDraft, at now: Instant,
        keeping answer: Answering<Owner>? = nil
    ) async throws -> Owner {
        var source = random
        let id = AppID(at: now, using: &source)
        return try await add(by: caller, .app(id), to: account, draft, at: now, keeping: answer)
    }

    /// Adds a user to an account.
    package func addUser(
        by caller: Caller, to account: AccountID, _ draft: OwnerDraft, at now: Instant,
        keeping answer: Answering<Owner>? = nil
    ) async throws -> Owner {
        var source = random
        let id = UserID(at: now, using: &source)
        return try await add(by: caller, .user(id), to: account, draft, at: now, keeping: answer)
    }

    private func add(
        by caller: Caller, _ id: OwnerID, to account: AccountID, _ draft: OwnerDraft, at now: Instant,
        keeping answer: Answering<Owner>?
    ) async throws -> Owner {
        let action = "\(id.type.rawValue).create"
        return try await store.change(
            by: caller, needing: Permission.accountsWrite, action, at: now, keeping: answer
        ) { records, note in
            guard caller.sees(account), try records.owner(.account(account)) != nil else {
                throw Refusal.notFound("account")
            }
            return try Self.insert(draft, id, in: account, records, &note, at: now)
        }
    }

    private static func insert(
        _ draft: OwnerDraft, _ id: OwnerID, in account: AccountID, _ records: any OwnerRecords, _ note: inout EventNote,
        at now: Instant
    ) throws -> Owner {
        let owner = Owner(
            id: id, account: account, name: draft.name, externalID: draft.externalID, email: draft.email,
            metadata: draft.metadata, quota: draft.quota, lockedAt: nil, createdAt: now, updatedAt: now, revision: 1)
        try records.insert(owner)
        note.subject = id.description
        note.account = account
        note.details.append(.init("name", draft.name))
        return owner
    }

    /// One owner.
    package func find(by caller: Caller, _ id: OwnerID, at now: Instant) async throws -> Owner {
        try await store.read(by: caller, needing: Permission.accountsRead, "\(id.type.rawValue).read", at: now) {
            records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of owners of one type.
    package func list(
        by caller: Caller, _ filter: OwnerFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Owner> {
        try await store.read(by: caller, needing: Permission.accountsRead, "\(filter.type.rawValue).list", at: now) {
            records in
            if let account = filter.account {
                guard caller.sees(account), try records.owner(.account(account)) != nil else {
                    throw Refusal.notFound("account")
                }
            }
            let rows = try records.owners(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Changes an owner's descriptive fields.
    package func change(
        by caller: Caller, _ id: OwnerID, _ patch: OwnerPatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Owner {
        try await edit(by: caller, id, "update", ifRevision: revision, at: now) { owner, note in
            if patch.quota != .keep, id.type == .account, caller.accounts != nil {
                throw Refusal.wouldEscalate(
                    pointer: "/quota", detail: "A key bound to accounts cannot change what they may spend.")
            }
            owner.name = patch.name.applied(to: owner.name) ?? owner.name
            if owner.externalID == Owner.houseExternalID, owner.id.type == .account, patch.externalID != .keep {
                throw Refusal.conflict(
                    detail: "The account that runs the installation is known by this external_id.",
                    fix: "Change its name instead.")
            }
            owner.externalID = patch.externalID.applied(to: owner.externalID)
            owner.email = patch.email.applied(to: owner.email)
            owner.metadata = patch.metadata.applied(to: owner.metadata) ?? "{}"
            owner.quota = patch.quota.applied(to: owner.quota)
        }
    }

    /// Stops all its keys at once, without changing them. Locking twice is the same as once.
    package func lock(by caller: Caller, _ id: OwnerID, note text: String?, at now: Instant) async throws -> Owner {
        try await edit(by: caller, id, "lock", ifRevision: nil, at: now) { owner, note in
            // Its keys run this installation: locking it would leave nobody who could unlock it.
            guard owner.id.type != .account || owner.externalID != Owner.houseExternalID else {
                throw Refusal.conflict(
                    detail: "This account runs the installation; with it locked nobody could unlock anything.",
                    fix: "Revoke or disable the keys that should stop.")
            }
            if owner.lockedAt == nil { owner.lockedAt = now }
            if let text { note.details.append(.init("note", text)) }
        }
    }

    /// Lets its keys work again.
    package func unlock(by caller: Caller, _ id: OwnerID, note text: String?, at now: Instant) async throws -> Owner {
        try await edit(by: caller, id, "unlock", ifRevision: nil, at: now) { owner, note in
            owner.lockedAt = nil
            if let text { note.details.append(.init("note", text)) }
        }
    }

    private func edit(
        by caller: Caller, _ id: OwnerID, _ verb: String, ifRevision revision: Int64?, at now: Instant,
        _ body: @escaping @Sendable (inout Owner, inout EventNote) throws -> Void
    ) async throws -> Owner {
        let action = "\(id.type.rawValue).\(verb)"
        return try await store.change(by: caller, needing: Permission.accountsWrite, action, at: now) { records, note in
            note.subject = id.description
            var owner = try Self.visible(id, to: caller, records)
            if let revision, revision != owner.revision { throw Refusal.changedMeanwhile(revision: owner.revision) }
            note.account = owner.account
            try body(&owner, &note)
            owner.updatedAt = now
            owner.revision += 1
            try records.update(owner)
            return owner
        }
    }

    private static func visible(_ id: OwnerID, to caller: Caller, _ records: any OwnerRecords) throws -> Owner {
        guard let owner = try records.owner(id), caller.sees(owner.account) else {
            throw Refusal.notFound(id.type.rawValue)
        }
        return owner
    }
}
