// SPDX-License-Identifier: Apache-2.0
internal import Access

/// Keeps an installation from shutting itself out: one management key that may do everything always remains, and
/// somebody has its secret.
enum LastManagementKey {
    /// Refuses a change that would leave no such key.
    static func check(_ before: Key, _ after: Key, _ records: any KeyRecords, at now: Instant) throws {
        guard isMaster(before, at: now), !isMaster(after, at: now),
            try records.keyspace(before.keyspace)?.isBuiltIn == true
        else { return }
        guard try !remains(records, at: now, without: { $0.id == before.id }) else { return }
        throw Refusal.conflict(
            detail:
                "This is the last management key that may do everything; without it nobody could manage this installation.",
            fix: "Issue another one with the scope *:* first, then do this with that.")
    }

    /// Whether there is one beside those that go.
    static func remains(
        _ records: any KeyRecords, at now: Instant, without goes: (Key) -> Bool
    ) throws -> Bool {
        guard let keyspace = try records.keyspace(named: Keyspace.builtInName) else { return false }
        var filter = KeyFilter()
        filter.keyspace = keyspace.id
        filter.state = KeyState.active.name
        filter.scope = .of("*", "*")
        var after: String?
        while true {
            let page = try records.keys(filter, visible: nil, Page(after: after, limit: Page.longest))
            if page.contains(where: { !goes($0) && isMaster($0, at: now) }) { return true }
            guard page.count == Page.longest, let last = page.last else { return false }
            after = last.id.description
        }
    }

    private static func isMaster(_ key: Key, at now: Instant) -> Bool {
        key.state == .active && key.boundAccounts.isEmpty && key.scopes.covers(.of("*", "*"))
            && key.expiresAt.map { $0 > now } ?? true && key.notBefore.map { $0 <= now } ?? true
            && key.allowedAddresses.isEmpty && !key.isSecretless
    }
}
