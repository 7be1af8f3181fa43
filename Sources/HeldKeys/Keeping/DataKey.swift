// SPDX-License-Identifier: Apache-2.0
package import Access

/// One of an account's data keys as it is stored. Its number stands, authenticated, in front of every ciphertext that
/// it sealed.
package struct DataKey: Equatable, Sendable {
    package let account: AccountID
    /// Counts from 0; the highest one seals, all of them open.
    package let number: UInt32
    /// The key, wrapped under a term of the keyring. Zeros once it is erased.
    package let box: [UInt8]
    /// At least how often it has sealed: counted before, and more than is done.
    package let seals: Int64
    package let createdAt: Instant
    /// When the account was erased. Then nothing of it can be opened, and nothing sealed for it.
    package let erasedAt: Instant?

    /// A data key from all its parts.
    package init(
        account: AccountID, number: UInt32, box: [UInt8], seals: Int64, createdAt: Instant, erasedAt: Instant? = nil
    ) {
        self.account = account
        self.number = number
        self.box = box
        self.seals = seals
        self.createdAt = createdAt
        self.erasedAt = erasedAt
    }
}

/// What a transaction offers for data keys.
package protocol DataKeyRecords {
    /// The account's data key of the highest number, erased or not; nil if it has none.
    func newestDataKey(of account: AccountID) throws -> DataKey?
    /// The account's data key of this number; nil if there is none.
    func dataKey(of account: AccountID, number: UInt32) throws -> DataKey?
    /// Stores a new one. It opens what it sealed as soon as the change is durable.
    func insert(_ key: DataKey) throws
    /// Overwrites all keys of an account. Nothing opens with them once the change is durable; an account that had none is
    /// marked all the same, so that it gets none. Gives how many there were.
    func eraseDataKeys(of account: AccountID, at now: Instant) throws -> Int
}

/// Where seals are counted before they are made. Narrower than a store: it lets nobody see or change anything else, so
/// it asks for no caller and writes no event.
package protocol SealCounts: Sendable {
    /// Adds `count` to the seals of the account's newest data key and gives the key as it is then; durable when it
    /// returns. Nil when the account has no key. One that is erased is given unchanged.
    func reserve(_ count: Int64, of account: AccountID) async throws -> DataKey?
}
