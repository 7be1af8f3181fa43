// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers of counted uses.
package protocol UseRecords: KeyRecords {
    /// Uses of one key by step and code, oldest first.
    func usage(of key: KeyID, _ choice: UsageChoice) throws -> [UsageRow]
    /// Uses of many keys added up, most uses first; in time's order where `isSeries`. Skips so many and gives at most
    /// `limit`. Only keys in `visible` accounts (nil for all).
    func usage(
        by grouping: UsageGrouping, in scope: UsageScope, _ choice: UsageChoice, isSeries: Bool,
        visible: Set<AccountID>?, skipping: Int, limit: Int
    ) throws -> [UsageSum]
    /// Refusals by key and code, most first.
    func refusals(
        in scope: UsageScope, _ choice: UsageChoice, visible: Set<AccountID>?, skipping: Int, limit: Int
    ) throws -> [RefusalSum]
    /// Who showed the secret of `key` that is retiring since then, the latest first.
    func stragglers(of key: KeyID, since: Instant, skipping: Int, limit: Int) throws -> [Straggler]
}

/// What was counted: who used what, from where, how often, and who was refused.
package struct Uses: Sendable {
    let store: any Store<any UseRecords>

    /// Over a store.
    package init(store: any Store<any UseRecords>) { self.store = store }

    /// Uses of one key.
    package func ofKey(
        by caller: Caller, _ id: KeyID, _ choice: UsageChoice, at now: Instant
    ) async throws -> [UsageRow] {
        try await store.read(by: caller, needing: Permission.usageRead, "usage.read", at: now) { records in
            _ = try Keys.visible(id, to: caller, records)
            return try records.usage(of: id, choice)
        }
    }

    /// Uses of many keys, by what is asked for.
    package func sums(
        by caller: Caller, _ grouping: UsageGrouping, in scope: UsageScope, _ choice: UsageChoice, isSeries: Bool,
        skipping: Int, limit: Int, at now: Instant
    ) async throws -> [UsageSum] {
        try await store.read(by: caller, needing: Permission.usageRead, "usage.list", at: now) { records in
            try records.usage(
                by: grouping, in: scope, choice, isSeries: isSeries, visible: caller.accounts, skipping: skipping,
                limit: limit)
        }
    }

    /// Who was refused most.
    package func refusals(
        by caller: Caller, in scope: UsageScope, _ choice: UsageChoice, skipping: Int, limit: Int, at now: Instant
    ) async throws -> [RefusalSum] {
        try await store.read(by: caller, needing: Permission.usageRead, "usage.refusals", at: now) { records in
            try records.refusals(in: scope, choice, visible: caller.accounts, skipping: skipping, limit: limit)
        }
    }

    /// The secret of a key that is retiring, if one is and still lives, and who shows it.
    package func stragglers(
        by caller: Caller, of id: KeyID, skipping: Int, limit: Int, at now: Instant
    ) async throws -> (retiring: Retirement?, stragglers: [Straggler]) {
        try await store.read(by: caller, needing: Permission.keysRead, "key.stragglers", at: now) { records in
            let key = try Keys.visible(id, to: caller, records)
            guard let retiring = key.retirement(at: now) else { return (nil, []) }
            return (retiring, try records.stragglers(of: id, since: retiring.since, skipping: skipping, limit: limit))
        }
    }
}

extension VerdictCode {
    /// The code that is written so.
    package init?(_ text: String) {
        guard let code = Self.allCases.first(where: { "\($0.text)" == text }) else { return nil }
        self = code
    }
}
