// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// What a transaction offers for keys that are handed in sealed.
package protocol DepositRecords {
    /// The invitation, or nil.
    func deposit(_ id: DepositID) throws -> Deposit?
    /// Writes a new one with the digest of its ticket.
    func insert(_ deposit: Deposit, ticket: Digest) throws
    /// Writes what has become of one.
    func update(_ deposit: Deposit) throws
    /// Invitations in the order of their ids.
    func deposits(_ filter: DepositFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Deposit]

    /// The keys that are sealed to, oldest first.
    func depositKeys() throws -> [StoredDepositKey]
    /// Writes one, new or over an existing one.
    func put(_ key: StoredDepositKey) throws
    /// Destroys one.
    func removeDepositKey(_ id: String) throws
    /// The name of this installation, which is part of what is sealed.
    func installation() throws -> String
}

/// Finds the invitation that a ticket belongs to. Narrower than a store: whoever shows the ticket has no key to be a
/// caller with, and becomes one by it.
package protocol DepositTickets: Sendable {
    /// The invitation, or nil. Costs one look into an index.
    func deposit(ofTicket digest: Digest) async throws -> Deposit?
}

/// A deposit key as it is stored.
package struct StoredDepositKey: Equatable, Sendable {
    package let publicKey: DepositPublicKey
    /// The seed, sealed under the keyring. Empty once it was destroyed.
    package let box: [UInt8]
    package let createdAt: Instant
    /// Until when it opens what was sealed to it; nil for the one that is sealed to.
    package var opensUntil: Instant?

    /// The name that stands in what is sealed to it.
    package var id: String { publicKey.id }

    /// A key from all its parts.
    package init(publicKey: DepositPublicKey, box: [UInt8], createdAt: Instant, opensUntil: Instant?) {
        self.publicKey = publicKey
        self.box = box
        self.createdAt = createdAt
        self.opensUntil = opensUntil
    }

    static func place(_ key: DepositPublicKey) -> Place { Place("deposit key", key.id, Hexadecimal.text(key.bytes)) }
}
