// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// What a transaction offers about the keys above the values.
package protocol KeepingRecords: DataKeyRecords {
    /// The stored terms of the keyring, in order.
    func terms() throws -> [Keyring.SealedTerm]
    /// Writes these terms over the stored ones of the same numbers.
    func replace(_ terms: [Keyring.SealedTerm]) throws
    /// Stores a new term.
    func insert(_ term: Keyring.SealedTerm, at now: Instant) throws
    /// Data keys in the order of account and number, behind one; erased ones left out.
    func dataKeys(after: DataKey?, limit: Int) throws -> [DataKey]
    /// Writes a data key's new wrapping over the old one.
    func rewrap(_ key: DataKey, as box: [UInt8]) throws
    /// How many data keys there are that are not erased.
    func dataKeyCount() throws -> Int
}

/// How the vault stands.
package struct KeepingState: Equatable, Sendable {
    /// The id of the master key that the terms are sealed under.
    package let masterKeyID: String
    /// The number of the term that seals.
    package let term: UInt32
    package let dataKeys: Int

    /// A state of all its parts.
    package init(masterKeyID: String, term: UInt32, dataKeys: Int) {
        self.masterKeyID = masterKeyID
        self.term = term
        self.dataKeys = dataKeys
    }
}

/// The keys above the values: what they are, and how they are followed by others while everything goes on.
package struct Keeping: Sendable {
    private let store: any Store<any KeepingRecords>
    private let keyring: Keyring
    private let random: Randomness
    /// How many data keys are wrapped anew in one transaction.
    private static let batch = 500

    /// Over a store, the keyring in use and a source of randomness.
    package init(store: any Store<any KeepingRecords>, keyring: Keyring, random: Randomness) {
        self.store = store
        self.keyring = keyring
        self.random = random
    }

    /// How the vault stands. A caller bound to accounts does not see it.
    package func state(by caller: Caller, at now: Instant) async throws -> KeepingState {
        try await store.read(by: caller, needing: Permission.settingsRead, "vault.read", at: now) { [keyring] records in
            try Self.requireUnbound(caller)
            return KeepingState(
                masterKeyID: keyring.masterKeyID, term: keyring.newestTerm, dataKeys: try records.dataKeyCount())
        }
    }

    /// Refuses who may not rotate, before a new key is fetched for them.
    package func checkMayRotate(by caller: Caller, at now: Instant) async throws {
        try await store.read(
            by: caller, needing: Permission.settingsWrite, "vault.rotate_master_key", at: now
        ) { _ in try Self.requireUnbound(caller) }
    }

    /// Seals the terms under `master` instead. When this returns, the former master key opens nothing here, and nothing
    /// else was encrypted anew.
    @discardableResult
    package func rotateMasterKey(
        by caller: Caller, to master: MasterKey, at now: Instant
    ) async throws -> KeepingState {
        let count = try await store.change(
            by: caller, needing: Permission.settingsWrite, "vault.rotate_master_key", at: now
        ) {
            [keyring] records, note in
            try Self.requireUnbound(caller)
            note.details = [.init("from", keyring.masterKeyID), .init("to", master.id)]
            guard master.id != keyring.masterKeyID else {
                throw Refusal.conflict(
                    detail: "The vault is under this master key already.", fix: "Give a new one, or leave it as it is.")
            }
            let sealed = keyring.sealedTerms(under: master)
            try Self.check(try records.terms(), sealed.map(\.number), under: keyring.masterKeyID)
            try records.replace(sealed)
            return try records.dataKeyCount()
        }
        keyring.follow(master)
        return KeepingState(masterKeyID: master.id, term: keyring.newestTerm, dataKeys: count)
    }

    /// Has the newest term followed by a new one, and wraps all data keys under it, batch by batch. Values stay as they
    /// are. Should the program end in between, what is left opens under its old term until this is done again.
    ///
    /// Gives the state after it, and how many data keys were wrapped anew.
    @discardableResult
    package func rotateTerm(
        by caller: Caller, at now: Instant
    ) async throws -> (state: KeepingState, rewrapped: Int) {
        var source = random
        let term = keyring.nextTerm(using: &source)
        let all = try await store.change(
            by: caller, needing: Permission.settingsWrite, "vault.rotate_term", at: now
        ) { records, note in
            try Self.requireUnbound(caller)
            note.details = [.init("term", String(term.number))]
            try Self.check(try records.terms(), Array(1..<term.number), under: term.masterKeyID)
            try records.insert(term, at: now)
            return try records.dataKeyCount()
        }
        try keyring.takeUp(term)
        let count = try await rewrapAll(by: caller, at: now)
        return (KeepingState(masterKeyID: term.masterKeyID, term: term.number, dataKeys: all), count)
    }

    private func rewrapAll(by caller: Caller, at now: Instant) async throws -> Int {
        var last: DataKey?
        var count = 0
        repeat {
            let (after, before) = (last, count)
            let keys = try await store.read(
                by: caller, needing: Permission.settingsWrite, "vault.rewrap", at: now
            ) { try $0.dataKeys(after: after, limit: Self.batch) }
            last = keys.last
            let stale = keys.filter { SealingKey.term(of: $0.box) != keyring.newestTerm }
            guard !stale.isEmpty else { continue }
            count = try await store.change(
                by: caller, needing: Permission.settingsWrite, "vault.rewrap", at: now
            ) { [keyring] records, note in
                for key in stale {
                    guard
                        let box = try keyring.rewrapped(
                            key.box, account: key.account.description, number: key.number)
                    else { continue }
                    try records.rewrap(key, as: box)
                }
                note.details = [.init("data_keys", String(stale.count))]
                return before + stale.count
            }
        } while last != nil
        return count
    }

    /// What is stored must be what is known here: else another call was first.
    private static func check(_ stored: [Keyring.SealedTerm], _ numbers: [UInt32], under id: String) throws {
        guard stored.map(\.number) == numbers, stored.allSatisfy({ $0.masterKeyID == id }) else {
            throw Refusal.conflict(
                detail: "The keys of the vault were changed by another call meanwhile.", fix: "Look, and try again.")
        }
    }

    private static func requireUnbound(_ caller: Caller) throws {
        guard caller.accounts == nil else { throw Refusal.notFound("vault") }
    }
}
