// SPDX-License-Identifier: Apache-2.0
package import Access

/// Rules under which machines sign in: make, read, change, disable, enable, remove.
///
/// Whoever may write a key may say who gets its identity, so the scopes are those of keys.
package struct SignInRules: Sendable {
    private let store: any Store<any SignInRecords>
    private let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any SignInRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Makes a rule, in force at once.
    package func create(
        by caller: Caller, _ draft: SignInRuleDraft, at now: Instant, keeping answer: Answering<SignInRule>? = nil
    ) async throws -> SignInRule {
        var source = random
        let id = SignInRuleID(at: now, using: &source)
        return try await store.change(
            by: caller, needing: Permission.keysWrite, "sign_in_rule.create", at: now, keeping: answer
        ) { records, note in
            note.subject = id.description
            let key = try Self.key(draft.key, for: caller, records)
            note.account = key.account
            let rule = SignInRule(
                id: id, name: draft.name, account: key.account, key: key.id, issuer: draft.issuer,
                audience: draft.audience, claims: draft.claims, scopes: draft.scopes, lifetime: draft.lifetime,
                replay: draft.replay, keys: draft.keys, state: .active, createdAt: now, updatedAt: now, revision: 1)
            try rule.check()
            try rule.check(against: key, by: caller)
            try Self.checkRoom(for: rule, records)
            try records.insert(rule)
            note.details = rule.details
            return rule
        }
    }

    /// One rule.
    package func find(by caller: Caller, _ id: SignInRuleID, at now: Instant) async throws -> SignInRule {
        try await store.read(by: caller, needing: Permission.keysRead, "sign_in_rule.read", at: now) { records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of rules.
    package func list(
        by caller: Caller, _ filter: SignInRuleFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<SignInRule> {
        try await store.read(by: caller, needing: Permission.keysRead, "sign_in_rule.list", at: now) { records in
            let rows = try records.signInRules(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Changes what a rule asks for or gives.
    package func change(
        by caller: Caller, _ id: SignInRuleID, _ patch: SignInRulePatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> SignInRule {
        try await edit(by: caller, id, "sign_in_rule.update", ifRevision: revision, at: now) { rule, key, note in
            patch.apply(to: &rule)
            try rule.check()
            try rule.check(against: key, by: caller)
            note.details = rule.details
        }
    }

    /// Lets nobody in until enabled again. Tokens that were given out live on; disable the key to end those.
    package func disable(by caller: Caller, _ id: SignInRuleID, at now: Instant) async throws -> SignInRule {
        try await edit(by: caller, id, "sign_in_rule.disable", ifRevision: nil, at: now) { rule, _, _ in
            rule.state = .disabled
        }
    }

    /// Lets machines in again.
    package func enable(by caller: Caller, _ id: SignInRuleID, at now: Instant) async throws -> SignInRule {
        try await edit(by: caller, id, "sign_in_rule.enable", ifRevision: nil, at: now) { rule, key, _ in
            try rule.check(against: key, by: caller)
            rule.state = .active
        }
    }

    /// Ends a rule for good; its name is free again. Gives the rule as it was.
    package func remove(
        by caller: Caller, _ id: SignInRuleID, ifRevision revision: Int64?, at now: Instant
    ) async throws -> SignInRule {
        try await store.change(by: caller, needing: Permission.keysWrite, "sign_in_rule.remove", at: now) {
            records, note in
            note.subject = id.description
            let rule = try Self.reachable(id, for: caller, ifRevision: revision, records, &note).rule
            note.details = rule.details
            try records.remove(rule)
            return rule
        }
    }

    private func edit(
        by caller: Caller, _ id: SignInRuleID, _ action: String, ifRevision revision: Int64?, at now: Instant,
        _ body: @escaping @Sendable (inout SignInRule, SignInKey, inout EventNote) throws -> Void
    ) async throws -> SignInRule {
        try await store.change(by: caller, needing: Permission.keysWrite, action, at: now) { records, note in
            note.subject = id.description
            var (rule, key) = try Self.reachable(id, for: caller, ifRevision: revision, records, &note)
            note.details = [.init("name", rule.name)]
            try body(&rule, key, &note)
            rule.updatedAt = now
            rule.revision += 1
            try records.update(rule)
            return rule
        }
    }

    private static func reachable(
        _ id: SignInRuleID, for caller: Caller, ifRevision revision: Int64?, _ records: any SignInRecords,
        _ note: inout EventNote
    ) throws -> (rule: SignInRule, key: SignInKey) {
        let rule = try visible(id, to: caller, records)
        if let revision, revision != rule.revision { throw Refusal.changedMeanwhile(revision: rule.revision) }
        note.account = rule.account
        guard let key = try records.signInKey(rule.key) else { throw StorageFailure.unreadable("key of sign-in rule") }
        guard key.isWithinReach(of: caller) else { throw Refusal.notFound("sign-in rule") }
        return (rule, key)
    }

    private static func visible(
        _ id: SignInRuleID, to caller: Caller, _ records: any SignInRecords
    ) throws -> SignInRule {
        guard let rule = try records.signInRule(id), caller.sees(rule.account) else {
            throw Refusal.notFound("sign-in rule")
        }
        return rule
    }

    private static func key(_ id: KeyID, for caller: Caller, _ records: any SignInRecords) throws -> SignInKey {
        guard let key = try records.signInKey(id), key.isWithinReach(of: caller) else {
            throw Refusal.invalid(
                pointer: "/key", detail: "There is no such key.", fix: "Give the id of a key; a secretless one will do."
            )
        }
        guard !key.isRevoked else {
            throw Refusal.conflict(detail: "The key is revoked, which is final.", fix: "Issue a new key.")
        }
        return key
    }

    private static func checkRoom(for rule: SignInRule, _ records: any SignInRecords) throws {
        guard try records.countOfSignInRules(of: rule.issuer) < SignInRule.mostOfAnIssuer else {
            throw Refusal.conflict(
                detail: "This issuer has \(SignInRule.mostOfAnIssuer) rules already.",
                fix: "Remove some, or let one rule accept several values of a claim.")
        }
    }
}

extension SignInRule {
    /// What the trail says of it.
    fileprivate var details: [Event.Detail] {
        var details: [Event.Detail] = [
            .init("name", name), .init("key", key.description), .init("issuer", issuer), .init("audience", audience),
            .init("lifetime", lifetime.description), .init("replay", replay.rawValue), .init("keys", keys.name),
        ]
        if let scopes { details.append(.init("scopes", scopes.description)) }
        for condition in claims {
            let patterns = condition.patterns.map(\.text).joined(separator: " | ")
            details.append(.init("claim \(condition.claim)", patterns))
        }
        return details
    }
}

extension KeyPlace {
    fileprivate var name: String {
        switch way {
        case .discovery: "discovery"
        case .address(let url): url
        case .pinned: "pinned"
        }
    }
}
