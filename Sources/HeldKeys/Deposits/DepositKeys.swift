// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// The key pairs that deposits are sealed to: one at a time, each followed by the next, while the older ones still open
/// what was sealed to them.
package struct DepositKeys: Sendable {
    private let store: any Store<any CredentialRecords>
    private let vault: Vault
    private let random: Randomness

    /// How long a key is sealed to.
    package static let life = Length(milliseconds: 90 * 86_400_000)
    /// How long it opens afterwards.
    package static let overlap = Length(milliseconds: 30 * 86_400_000)

    /// Over a store, a vault and a source of randomness.
    package init(store: any Store<any CredentialRecords>, vault: Vault, random: Randomness) {
        self.store = store
        self.vault = vault
        self.random = random
    }

    /// The keys that open, oldest first.
    package func list(by caller: Caller, at now: Instant) async throws -> [StoredDepositKey] {
        try await store.read(by: caller, needing: Permission.settingsRead, "deposit_key.list", at: now) { records in
            try Self.requireUnbound(caller)
            return try records.depositKeys().filter { $0.opens(at: now) }
        }
    }

    /// Has the key followed by a new one.
    ///
    /// - Parameter isCompromised: The older ones open nothing from now on, and are destroyed.
    package func rotate(by caller: Caller, isCompromised: Bool, at now: Instant) async throws -> [StoredDepositKey] {
        try await store.change(by: caller, needing: Permission.settingsWrite, "deposit_key.rotate", at: now) {
            [self] records, note in
            try Self.requireUnbound(caller)
            note.details.append(.init("compromised", isCompromised ? "true" : "false"))
            if isCompromised { for key in try records.depositKeys() { try records.removeDepositKey(key.id) } }
            try follow(records, &note, at: now)
            return try records.depositKeys().filter { $0.opens(at: now) }
        }
    }

    /// Makes the first key, has an old one followed, and destroys those that open nothing any more.
    package func tend(at now: Instant) async throws {
        let known = try await store.read(
            by: .schedule, needing: Permission.settingsRead, "deposit_key.list", at: now
        ) { try $0.depositKeys() }
        let isDue = known.last { $0.opensUntil == nil }.map { $0.createdAt + Self.life <= now } ?? true
        let ended = known.filter { !$0.opens(at: now) }
        guard isDue || !ended.isEmpty else { return }
        try await store.change(by: .schedule, needing: Permission.settingsWrite, "deposit_key.tend", at: now) {
            [self] records, note in
            for key in ended { try records.removeDepositKey(key.id) }
            if isDue { try follow(records, &note, at: now) }
        }
    }

    private func follow(_ records: any DepositRecords, _ note: inout EventNote, at now: Instant) throws {
        for var key in try records.depositKeys() where key.opensUntil == nil {
            key.opensUntil = now + Self.overlap
            try records.put(key)
        }
        var random = random
        let seed = DepositKey.seed(using: &random)
        guard let key = DepositKey(seed: seed) else { preconditionFailure("such a seed makes a key") }
        let box = vault.seal(seed, for: StoredDepositKey.place(key.publicKey))
        try records.put(StoredDepositKey(publicKey: key.publicKey, box: box, createdAt: now, opensUntil: nil))
        note.details.append(.init("key", key.publicKey.id))
    }

    private static func requireUnbound(_ caller: Caller) throws {
        guard caller.accounts == nil else { throw Refusal.notFound("deposit key") }
    }
}

extension StoredDepositKey {
    /// Whether it opens what was sealed to it.
    func opens(at now: Instant) -> Bool { opensUntil.map { $0 > now } ?? true }

    /// The key pair. Throws when the seed was altered or moved, or is not that of the public key beside it.
    func opened(with vault: Vault) throws -> DepositKey {
        let seed = try vault.open(box, from: Self.place(publicKey))
        guard let key = DepositKey(seed: seed), key.publicKey == publicKey else { throw SealFailure.unreadable }
        return key
    }
}
