// SPDX-License-Identifier: Apache-2.0
internal import Access

/// What must hold of a key, whichever call makes or changes it.
extension Keys {
    /// The owner a draft names, if the caller may see it.
    static func owner(_ id: OwnerID, for caller: Caller, _ records: any KeyRecords) throws -> Owner {
        guard let owner = try records.owner(id), caller.sees(owner.account) else {
            throw Refusal.invalid(
                pointer: "/owner", detail: "There is no such \(id.type.rawValue).",
                fix: "Give the id of an account, app or user.")
        }
        return owner
    }

    /// What a management key is bound to: what the draft says, within the caller's own accounts; else its owner's
    /// account, so that a key made for a customer never sees another's by omission. Only keys of the house account
    /// are unbound.
    static func binding(
        of draft: KeyDraft, to keyspace: Keyspace, owner: Owner, by caller: Caller, _ records: any KeyRecords
    ) throws -> [AccountID] {
        guard keyspace.isBuiltIn else {
            guard draft.boundAccounts.isEmpty else {
                throw Refusal.invalid(
                    pointer: "/bound_accounts", detail: "Only management keys can be bound to accounts.",
                    fix: "Leave the field out, or issue the key in the keyspace `\(Keyspace.builtInName)`.")
            }
            return []
        }
        for (position, account) in draft.boundAccounts.enumerated() {
            guard caller.sees(account), try records.owner(.account(account)) != nil else {
                throw Refusal.invalid(
                    pointer: "/bound_accounts/\(position)", detail: "There is no such account.",
                    fix: "Give ids of accounts.")
            }
        }
        guard draft.boundAccounts.isEmpty else { return draft.boundAccounts }
        let isHouse = try records.owner(.account(owner.account))?.externalID == Owner.houseExternalID
        return isHouse && caller.accounts == nil ? [] : [owner.account]
    }

    /// A management key cannot hold more than whoever makes, changes or enables it. Whoever may write keys may stop one.
    static func checkScopes(_ scopes: ScopeSet, _ keyspace: Keyspace, by caller: Caller) throws {
        guard !keyspace.isBuiltIn || caller.scopes.covers(all: scopes) else {
            throw Refusal.wouldEscalate(
                pointer: "/scopes",
                detail:
                    "A management key cannot be given, or changed while it holds, a scope that the caller does not hold."
            )
        }
    }

    /// Routes narrow calls to the operator's own API; what a management key may do is said by its scopes.
    static func checkRoutes(_ routes: [Route], _ keyspace: Keyspace) throws {
        guard !keyspace.isBuiltIn || routes.isEmpty else {
            throw Refusal.invalid(
                pointer: "/allowed_routes", detail: "A management key is not narrowed by routes.",
                fix: "Leave the field out and give the key fewer scopes, or bind it to accounts.")
        }
    }

    /// Limits and quotas bound calls to the operator's own API, which management calls are not. Names differ within a
    /// list, because answers tell limits apart by them.
    static func checkAllowances(_ limits: [Limit]?, _ quota: Quota?, _ keyspace: Keyspace) throws {
        guard !keyspace.isBuiltIn || (limits ?? []).isEmpty && quota == nil else {
            throw Refusal.invalid(
                pointer: quota == nil ? "/limits" : "/quota", detail: "A management key has no limits and no quota.",
                fix: "Leave the field out.")
        }
        try checkNames(limits ?? [], at: "/limits")
    }

    /// No name twice in one list of limits.
    static func checkNames(_ limits: [Limit], at pointer: String) throws {
        var names: Set<String> = []
        for (position, limit) in limits.enumerated() where !names.insert(limit.name).inserted {
            throw Refusal.invalid(
                pointer: "\(pointer)/\(position)/name", detail: "Another limit of this list has the name.",
                fix: "Give each limit a name of its own.")
        }
    }

    /// When a key ends: what was asked for, within what its keyspace allows.
    static func lifetime(_ asked: Instant?, _ keyspace: Keyspace, createdAt: Instant) throws -> Instant? {
        guard let longest = keyspace.maxLifetime else { return asked }
        let latest = createdAt + longest
        guard let asked else { return latest }
        guard asked <= latest else {
            throw Refusal.invalid(
                pointer: "/expires_at", detail: "Keys of this keyspace live at most \(longest).",
                fix: "Choose a moment up to \(latest), or leave the field out.")
        }
        return asked
    }

    /// A key that would end before it begins is a mistake.
    static func checkTimes(_ key: Key) throws {
        if let start = key.notBefore, let end = key.expiresAt, start >= end {
            throw Refusal.invalid(
                pointer: "/not_before", detail: "The key would expire before it comes into force.",
                fix: "Put not_before before expires_at.")
        }
    }

    /// A bound caller may not touch a management key that reaches further than itself.
    static func requireReach(of caller: Caller, over key: Key, _ records: any KeyRecords) throws {
        guard let mine = caller.accounts, try records.keyspace(key.keyspace)?.isBuiltIn == true else { return }
        guard !key.boundAccounts.isEmpty, mine.isSuperset(of: key.boundAccounts) else { throw Refusal.notFound("key") }
    }

    /// A revoked key stays as it is.
    static func requireLiving(_ key: Key) throws {
        if case .revoked = key.state {
            throw Refusal.conflict(detail: "The key is revoked, which is final.", fix: "Issue a new key.")
        }
    }
}
