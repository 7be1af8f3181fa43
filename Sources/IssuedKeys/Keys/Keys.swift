// SPDX-License-Identifier: Apache-2.0
package import Access

/// Keys: issue, read, change, disable, enable, revoke. Each act stands in a file of its own.
package struct Keys: Sendable {
    let store: any Store<any KeyRecords>
    let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any KeyRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// One key.
    package func find(by caller: Caller, _ id: KeyID, at now: Instant) async throws -> (key: Key, use: KeyUse) {
        try await store.read(by: caller, needing: Permission.keysRead, "key.read", at: now) { records in
            (try Self.visible(id, to: caller, records), try records.use(of: id))
        }
    }

    /// A page of keys.
    package func list(
        by caller: Caller, _ filter: KeyFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<(key: Key, use: KeyUse)> {
        try await store.read(by: caller, needing: Permission.keysRead, "key.list", at: now) { records in
            let rows = try records.keys(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            let withUse = try rows.map { (key: $0, use: try records.use(of: $0.id)) }
            return PageItems(withUse, limit: page.limit) { $0.key.id.description }
        }
    }

    /// The key, if there is one and the caller may see it.
    static func visible(_ id: KeyID, to caller: Caller, _ records: any KeyRecords) throws -> Key {
        guard let key = try records.key(id), caller.sees(key.account) else { throw Refusal.notFound("key") }
        return key
    }
}
