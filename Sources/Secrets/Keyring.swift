// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// The keys between the master key and the data keys, one a term. The newest term seals, all of them open.
///
/// Rotating the master key re-seals the terms and nothing else. Copies share their terms: a term that one of them takes
/// up is known to all.
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

    private final class Shared: Sendable {
        let contents: Mutex<Contents>
        init(_ contents: Contents) { self.contents = Mutex(contents) }
    }

    private struct Contents {
        var master: MasterKey
        var terms: [UInt32: SealingKey]
        var newest: UInt32
    }

    private let shared: Shared

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
        for term in stored { terms[term.number] = try Self.open(term, with: master) }
        guard let newest = terms.keys.max() else { throw .empty }
        shared = Shared(Contents(master: master, terms: terms, newest: newest))
    }

    private static func open(_ term: SealedTerm, with master: MasterKey) throws(Fault) -> SealingKey {
        guard term.masterKeyID == master.id else {
            throw .otherMasterKey(stored: term.masterKeyID, given: master.id)
        }
        guard let bytes = try? master.sealing.open(term.box, from: place(term.number)), bytes.count == 32 else {
            throw .doesNotOpen(id: master.id)
        }
        return SealingKey(bytes, term: term.number)
    }

    private static func place(_ term: UInt32) -> Place { Place("keyring term", String(term)) }

    /// The id of the master key that the terms are sealed under.
    package var masterKeyID: String { shared.contents.withLock { $0.master.id } }

    /// The master key that the terms are sealed under.
    package var master: MasterKey { shared.contents.withLock { $0.master } }

    /// The number of the term that seals.
    package var newestTerm: UInt32 { shared.contents.withLock { $0.newest } }

    /// Makes the term after the newest, sealed under the master key; known here once ``takeUp(_:)`` has it.
    package func nextTerm(using random: inout some RandomNumberGenerator) -> SealedTerm {
        let (master, newest) = shared.contents.withLock { ($0.master, $0.newest) }
        return Self.newTerm(newest + 1, under: master, using: &random)
    }

    /// Knows a term that was stored; the newest one seals from here on.
    package func takeUp(_ term: SealedTerm) throws(Fault) {
        let key = try Self.open(term, with: master)
        shared.contents.withLock { contents in
            contents.terms[term.number] = key
            contents.newest = max(contents.newest, term.number)
        }
    }

    /// All terms, sealed under another master key.
    package func sealedTerms(under other: MasterKey) -> [SealedTerm] {
        let terms = shared.contents.withLock { $0.terms }
        return terms.sorted { $0.key < $1.key }.map { number, key in
            SealedTerm(
                number: number, masterKeyID: other.id, box: other.sealing.seal(key.bytes, for: Self.place(number)))
        }
    }

    /// From here on the terms are known to be sealed under `other`.
    package func follow(_ other: MasterKey) { shared.contents.withLock { $0.master = other } }

    func newest() -> SealingKey {
        shared.contents.withLock { contents in
            guard let term = contents.terms[contents.newest] else {
                preconditionFailure("a keyring has its newest term")
            }
            return term
        }
    }

    func term(of box: [UInt8]) throws(SealFailure) -> SealingKey {
        guard let number = SealingKey.term(of: box), let term = shared.contents.withLock({ $0.terms[number] }) else {
            throw .unreadable
        }
        return term
    }

    /// Seals what belongs to no account, under a key of the newest term for `place` alone.
    package func seal(_ plain: borrowing Secret, for place: Place) -> [UInt8] {
        newest().derived(for: place).seal(plain, for: place)
    }

    /// Opens what ``seal(_:for:)`` made.
    package func open(_ box: [UInt8], from place: Place) throws(SealFailure) -> Secret {
        try term(of: box).derived(for: place).open(box, from: place)
    }
}
