// SPDX-License-Identifier: Apache-2.0
package import Secrets

/// One line of the audit trail: who did what to what, when, and how it ended. Chained to the line before it.
package struct Event: Equatable, Sendable {
    /// How the act ended.
    package enum Outcome: String, Sendable { case done, refused }

    /// Counts from 1 without gaps.
    package let sequence: Int64
    package let id: EventID
    package let at: Instant
    /// `key.revoke`, `credential.create`, ...: the noun and the verb.
    package let action: String
    package let outcome: Outcome
    package let caller: String
    package let address: String?
    /// What it was done to; nil where that is nothing that has an id.
    package let subject: String?
    package let account: AccountID?
    /// Further facts, sorted by name. Never a secret, never a value that came in unchecked.
    package let details: [Detail]
    /// The hash of the line before; 32 zero bytes before the first.
    package let previous: Digest
    package let hash: Digest

    /// A named fact.
    package struct Detail: Equatable, Sendable {
        package let name: String
        package let value: String
        /// A fact; `value` is what people read.
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// An event as stored, hash included.
    package init(
        sequence: Int64, id: EventID, at: Instant, action: String, outcome: Outcome, caller: String, address: String?,
        subject: String?, account: AccountID?, details: [Detail], previous: Digest, hash: Digest
    ) {
        self.sequence = sequence
        self.id = id
        self.at = at
        self.action = action
        self.outcome = outcome
        self.caller = caller
        self.address = address
        self.subject = subject
        self.account = account
        self.details = details
        self.previous = previous
        self.hash = hash
    }

    /// The bytes that are hashed: `previous`, then every field with its length before it, absent ones marked.
    package static func hash(
        sequence: Int64, id: EventID, at: Instant, action: String, outcome: Outcome, caller: String, address: String?,
        subject: String?, account: AccountID?, details: [Detail], previous: Digest
    ) -> Digest {
        var bytes: [UInt8] = []
        func add(_ text: String?) {
            guard let text else { return bytes.append(0) }
            bytes.append(1)
            unsafe withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { unsafe bytes.append(contentsOf: $0) }
            bytes.append(contentsOf: text.utf8)
        }
        add(String(sequence))
        add(id.description)
        add(at.description)
        add(action)
        add(outcome.rawValue)
        add(caller)
        add(address)
        add(subject)
        add(account?.description)
        add(String(details.count))
        for detail in details {
            add(detail.name)
            add(detail.value)
        }
        return Digest(of: [previous.bytes, bytes])
    }

    /// The hash its fields should have.
    package var expectedHash: Digest {
        Event.hash(
            sequence: sequence, id: id, at: at, action: action, outcome: outcome, caller: caller, address: address,
            subject: subject, account: account, details: details, previous: previous)
    }
}

/// The end of the chain, where the next event is attached.
package struct EventChain: Equatable, Sendable {
    package var sequence: Int64
    package var hash: Digest

    /// Before the first event.
    package static let start = EventChain(sequence: 0, hash: Digest(zero: ()))

    /// A chain's end as stored.
    package init(sequence: Int64, hash: Digest) {
        self.sequence = sequence
        self.hash = hash
    }

    /// The next event.
    package mutating func attach(_ note: EventNote, id: EventID, by caller: Caller, at now: Instant) -> Event {
        let sequence = sequence + 1
        let details = note.details.sorted { $0.name < $1.name }
        let hash = Event.hash(
            sequence: sequence, id: id, at: now, action: note.action, outcome: note.outcome, caller: caller.name,
            address: caller.address, subject: note.subject, account: note.account, details: details, previous: self.hash
        )
        let event = Event(
            sequence: sequence, id: id, at: now, action: note.action, outcome: note.outcome, caller: caller.name,
            address: caller.address, subject: note.subject, account: note.account, details: details,
            previous: self.hash,
            hash: hash)
        self = EventChain(sequence: sequence, hash: hash)
        return event
    }

    /// What is wrong with a line of the trail.
    package enum Break: Error, Equatable {
        /// A line is missing, repeated or out of order.
        case order(expected: Int64, found: Int64)
        /// The line does not follow the one before it.
        case link(sequence: Int64)
        /// The line was changed.
        case content(sequence: Int64)
    }

    /// Checks that `event` is the next one, unchanged, and moves on to it.
    package mutating func follow(_ event: Event) throws(Break) {
        guard event.sequence == sequence + 1 else { throw .order(expected: sequence + 1, found: event.sequence) }
        guard event.previous == hash else { throw .link(sequence: event.sequence) }
        guard event.hash == event.expectedHash else { throw .content(sequence: event.sequence) }
        self = EventChain(sequence: event.sequence, hash: event.hash)
    }
}

/// What an operation says of itself for the trail; the funnel adds who, when and the chain.
package struct EventNote: Sendable {
    package let action: String
    package var outcome: Event.Outcome = .done
    package var subject: String?
    package var account: AccountID?
    package var details: [Event.Detail]

    /// A note of an act.
    package init(_ action: String, subject: String? = nil, account: AccountID? = nil, details: [Event.Detail] = []) {
        self.action = action
        self.subject = subject
        self.account = account
        self.details = details
    }
}
