// SPDX-License-Identifier: Apache-2.0

/// The keys between the master key and the data keys, one a term. The newest term seals, all of them open.
///
/// Rotating the master key re-seals the terms and nothing else.
package struct Keyring: Sendable {
    /// One term as it is stored: its number and its key, sealed under the master key.
    package struct SealedTerm: Sendable, Equatable {
        package let number: UInt32
        package let masterKeyID: String
        package let box: [UInt8]

        /// A term as read back from storage.
        package init(number: UInt32, masterKeyID: String, box: [UInt8]) {
            self.number = number
            self.masterKeyID = masterKeyID
            self.box = box
        }
    }

    /// Why the stored terms do not fit the master key.
    package enum Fault: Error, Equatable {
        /// There is ciphertext, and it was sealed under another master key.
        case otherMasterKey(stored: String, given: String)
        /// The ids are the same, but the key does not open the term: same id, other bytes, or the term was altered.
        case doesNotOpen(id: String)
        /// No term is stored.
        case empty
    }

    private let terms: [UInt32: SealingKey]
    private let newest: UInt32

    /// Makes term `number` and seals it under the master key.
    package static func newTerm(
        _ number: UInt32, under master: MasterKey, using random: inout some RandomNumberGenerator
    ) -> SealedTerm {
        let box = master.sealing.seal(Secret(count: 32, using: &random), for: place(number))
        return SealedTerm(number: number, masterKeyID: master.id, box: box)
    }

    /// Opens all stored terms.
    package init(opening stored: [SealedTerm], with master: MasterKey) throws(Fault) {
        var terms: [UInt32: SealingKey] = [:]
        for term in stored {
            guard term.masterKeyID == master.id else {
                throw .otherMasterKey(stored: term.masterKeyID, given: master.id)
            }
            guard let bytes = try? master.sealing.open(term.box, from: Self.place(term.number)), bytes.count == 32
            else {
                throw .doesNotOpen(id: master.id)
            }
            terms[term.number] = SealingKey(bytes, term: term.number)
        }
        guard let newest = terms.keys.max() else { throw .empty }
        self.terms = terms
        self.newest = newest
    }

    /// Makes a data key for `account` and wraps it under the newest term.
    package func newDataKey(account: String, using random: inout some RandomNumberGenerator) -> [UInt8] {
        let bytes = Secret(count: 32, using: &random)
        guard let term = terms[newest] else { preconditionFailure("a keyring has its newest term") }
        return term.seal(bytes, for: Self.place(account: account))
    }

    /// Unwraps the data key of `account`.
    package func dataKey(_ box: [UInt8], account: String) throws(SealFailure) -> SealingKey {
        guard let number = SealingKey.term(of: box), let term = terms[number] else { throw .unreadable }
        let bytes = try term.open(box, from: Self.place(account: account))
        guard bytes.count == 32 else { throw .unreadable }
        return SealingKey(bytes)
    }

    /// Seals what belongs to no account, under a key of the newest term for `place` alone.
    package func seal(_ plain: borrowing Secret, for place: Place) -> [UInt8] {
        guard let term = terms[newest] else { preconditionFailure("a keyring has its newest term") }
        return term.derived(for: place).seal(plain, for: place)
    }

    /// Opens what ``seal(_:for:)`` made.
    package func open(_ box: [UInt8], from place: Place) throws(SealFailure) -> Secret {
        guard let number = SealingKey.term(of: box), let term = terms[number] else { throw .unreadable }
        return try term.derived(for: place).open(box, from: place)
    }

    private static func place(_ term: UInt32) -> Place { Place("keyring term", String(term)) }
    private static func place(account: String) -> Place { Place("data key", account) }
}
