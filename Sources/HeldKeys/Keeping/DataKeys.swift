// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets
internal import Synchronization

/// The data keys that values are sealed under: counts what each of them seals, and has it followed by a new one long
/// before its nonces, drawn at random, could meet (2^32 seals, SP 800-38D 8.3).
///
/// Seals are reserved in blocks, durably, before the first of them is made. What is left of a block when the program
/// ends is lost, so the count errs upwards only.
package final class DataKeys: Sendable {
    private let counts: any SealCounts
    private let vault: Vault
    private let random: Randomness
    private let bounds: SealBounds
    private let reserved = Mutex<[AccountID: Reserve]>([:])

    private struct Reserve {
        let key: DataKey
        var left: Int64
    }

    /// Over a place that counts, a vault and a source of randomness.
    package init(counts: any SealCounts, vault: Vault, random: Randomness, bounds: SealBounds = SealBounds()) {
        self.counts = counts
        self.vault = vault
        self.random = random
        self.bounds = bounds
    }

    /// The key to seal one value of `account` under. It must be ``DataKeyInUse/confirm(in:)``ed in the change that
    /// stores what was sealed.
    package func sealing(for account: AccountID, at now: Instant) async throws -> DataKeyInUse {
        if let key = takeReserved(account) { return try inUse(key, isNew: false) }
        guard let key = try await counts.reserve(bounds.block, of: account) else {
            return try first(of: account, at: now)
        }
        guard key.erasedAt == nil else { throw Self.erased }
        guard key.seals <= bounds.most else { return try new(account, number: key.number + 1, at: now) }
        reserved.withLock { $0[account] = Reserve(key: key, left: bounds.block - 1) }
        return try inUse(key, isNew: false)
    }

    /// A first key, for an account that has none.
    package func first(of account: AccountID, at now: Instant) throws -> DataKeyInUse {
        try new(account, number: 0, at: now)
    }

    /// What opens the values that `key` sealed.
    func opening(_ key: DataKey) throws -> SealingKey {
        guard key.erasedAt == nil else { throw Self.erased }
        return try vault.dataKey(key.box, of: key.account, number: key.number)
    }

    /// Forgets what was reserved for an account: its keys are not what they were.
    package func forget(_ account: AccountID) { reserved.withLock { $0[account] = nil } }

    private func takeReserved(_ account: AccountID) -> DataKey? {
        reserved.withLock { reserved in
            guard let reserve = reserved[account], reserve.left > 0 else { return nil }
            reserved[account]?.left -= 1
            return reserve.key
        }
    }

    private func new(_ account: AccountID, number: UInt32, at now: Instant) throws -> DataKeyInUse {
        var source = random
        let box = vault.newDataKey(for: account, number: number, using: &source)
        let key = DataKey(account: account, number: number, box: box, seals: bounds.block, createdAt: now)
        return try inUse(key, isNew: true)
    }

    private func inUse(_ key: DataKey, isNew: Bool) throws -> DataKeyInUse {
        DataKeyInUse(
            stored: key, isNew: isNew, sealing: try vault.dataKey(key.box, of: key.account, number: key.number))
    }

    static let erased = Refusal.conflict(
        detail: "The account was erased; nothing is held for it any more.", fix: "Open a new account.")
}

/// How much one data key may seal.
package struct SealBounds: Sendable {
    /// How many seals are reserved at a time.
    package let block: Int64
    /// The key that has sealed more is followed by a new one.
    package let most: Int64

    /// 2^31: half of what the nonces allow, a billion values of one account.
    package init(block: Int64 = 1024, most: Int64 = 1 << 31) {
        self.block = block
        self.most = most
    }
}
