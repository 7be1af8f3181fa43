// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Metering

/// Completes keys for showing: the keyspace's words, and how often a key was used.
///
/// These are read as the program itself. A caller that may see a key need not hold `settings:read` to be shown the
/// name of its keyspace, nor
/// `keys:read` to be shown the key that it has just changed.
struct KeyViews: Sendable {
    let call: Call

    private var ports: ControlPorts { call.ports }

    /// A key with its use as stored; what is not stored yet is added.
    func view(_ key: Key, _ stored: KeyUse) async throws -> KeyView {
        let keyspace = try await ports.keyspaces.find(by: .setup, key.keyspace, at: call.now)
        let balance = try await ports.balances(of: [key.budget], at: call.now)[0]
        return KeyView(
            key: key, keyspace: keyspace, use: stored.adding(ports.pendingUse(key)), balance: balance,
            now: call.now)
    }

    /// What is shown beside a key and is not the key's own.
    struct Beside: Sendable {
        var use = KeyUse(count: 0, lastAt: nil)
        var balance: Balance?
    }

    /// What stands beside a key; nothing for one that is not there.
    func beside(_ id: KeyID) async throws -> Beside {
        guard let found = try? await ports.keys.find(by: .setup, id, at: call.now) else { return Beside() }
        return Beside(
            use: found.use.adding(ports.pendingUse(found.key)),
            balance: try await ports.balances(of: [found.key.budget], at: call.now)[0])
    }

    /// A key that the caller has just changed.
    func view(changed key: Key) async throws -> KeyView {
        try await view(key, try await ports.keys.find(by: .setup, key.id, at: call.now).use)
    }

    /// Keys of a page. Each keyspace is read once.
    func views(_ rows: [(key: Key, use: KeyUse)]) async throws -> [KeyView] {
        var keyspaces: [KeyspaceID: Keyspace] = [:]
        for id in Set(rows.map(\.key.keyspace)) {
            keyspaces[id] = try await ports.keyspaces.find(by: .setup, id, at: call.now)
        }
        let balances = try await ports.balances(of: rows.map(\.key.budget), at: call.now)
        return try zip(rows, balances).map { row, balance in
            guard let keyspace = keyspaces[row.key.keyspace] else { throw StorageFailure.unreadable("keyspace of key") }
            return KeyView(
                key: row.key, keyspace: keyspace, use: row.use.adding(ports.pendingUse(row.key)), balance: balance,
                now: call.now)
        }
    }

    /// The keyspace that a filter names by id or name, or nil.
    func keyspace(_ text: String) async throws -> KeyspaceID? {
        if let id = KeyspaceID(text) { return id }
        var page = Page(after: nil, limit: Page.longest)
        while true {
            let found = try await ports.keyspaces.list(by: .setup, page, at: call.now)
            if let keyspace = found.items.first(where: { $0.name == text }) { return keyspace.id }
            guard let next = found.next else { return nil }
            page = Page(after: next, limit: Page.longest)
        }
    }
}

extension KeyUse {
    func adding(_ other: KeyUse) -> KeyUse {
        var sum = self
        sum.add(other)
        return sum
    }
}
