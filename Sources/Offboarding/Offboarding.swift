// SPDX-License-Identifier: Apache-2.0
package import Access

/// The orderly and complete end of a relationship with an account, an app or a user: what is to end with it, by when, and
/// how far that has come.
///
///     planning -> running -> done
///         |          |
///         +----------+--> cancelled
///
/// From its first moment on nothing new is made for the party, and its keys are refused: it is frozen and locked before
/// anything is counted. What is dead stays dead, whatever becomes of the offboarding; what is frozen thaws when it is
/// cancelled.
package struct Offboarding: Equatable, Sendable {
    package let id: OffboardingID
    package let subject: OwnerID
    package let account: AccountID
    /// What the party was called when it began.
    package let name: String
    package let terms: OffboardingTerms
    package let startedBy: String
    package let startedAt: Instant
    package let deadline: Instant
    package var state = State.planning
    /// Whether the party was locked by this and not before.
    package var hasLocked = false
    /// How far planning has come: the kind of item, and the last one written.
    package var planned: Cursor? = Cursor(phase: .operators, after: nil)
    /// How many alerts were sent.
    package var alerts: Int64 = 0
    package var progress = OffboardingProgress()
    package var cancelledBy: String? = nil
    package var endedAt: Instant? = nil
    package var erasedAt: Instant? = nil
    package var revision: Int64 = 1

    /// Where an offboarding is.
    package enum State: String, Sendable, CaseIterable { case planning, running, done, cancelled }

    /// A place in planning.
    package struct Cursor: Equatable, Sendable {
        package let phase: Phase
        package let after: String?

        /// A place.
        package init(phase: Phase, after: String?) {
            self.phase = phase
            self.after = after
        }
    }

    /// What is planned one after the other.
    package enum Phase: String, Sendable, CaseIterable { case operators, keys, integrations, credentials }

    /// An offboarding that has just begun.
    package init(
        id: OffboardingID, of owner: Owner, _ terms: OffboardingTerms, deadline: Instant, by name: String,
        at now: Instant
    ) {
        self.init(
            id: id, subject: owner.id, account: owner.account, name: owner.name, terms: terms, startedBy: name,
            startedAt: now, deadline: deadline)
    }

    /// An offboarding with what never changes of it; the rest is to be filled in.
    package init(
        id: OffboardingID, subject: OwnerID, account: AccountID, name: String, terms: OffboardingTerms,
        startedBy: String, startedAt: Instant, deadline: Instant
    ) {
        (self.id, self.subject, self.account, self.name) = (id, subject, account, name)
        (self.terms, self.startedBy, self.startedAt, self.deadline) = (terms, startedBy, startedAt, deadline)
    }

    /// Whether nothing more will be done, the account's erasure aside.
    package var isOver: Bool { state == .done || state == .cancelled }

    /// When the account's data keys are to be destroyed; nil for never, or not yet known.
    package var eraseAt: Instant? {
        guard state == .done, let endedAt, let after = terms.eraseAfter else { return nil }
        return endedAt + after
    }
}

/// What is wanted of an offboarding.
package struct OffboardingTerms: Equatable, Sendable {
    /// What becomes of issued keys.
    package enum KeyEnd: String, Sendable, CaseIterable { case revoke, lock }

    package var keys = KeyEnd.revoke
    package var reason: String? = nil
    /// Keys that outlive the party, and who owns them from now on.
    package var transfer: Transfer? = nil
    /// Who makes new keys where that is done by hand.
    package var assignee: UserID? = nil
    /// So long after the end the account's data keys are destroyed; nil for never.
    package var eraseAfter: Length? = nil

    /// Keys and their next owner.
    package struct Transfer: Equatable, Sendable {
        package let to: OwnerID
        package let keys: [KeyID]

        /// A transfer.
        package init(to: OwnerID, keys: [KeyID]) {
            self.to = to
            self.keys = keys
        }
    }

    /// The usual terms: keys are revoked, nothing is transferred or erased.
    package init() {}
}

/// How many items are where.
package struct OffboardingProgress: Equatable, Sendable {
    package var total: Int64 = 0
    package var done: Int64 = 0
    /// Begun, and waiting for something.
    package var waiting: Int64 = 0
    /// Of those, how many for a person.
    package var person: Int64 = 0
    /// Left as they were, because it was cancelled.
    package var kept: Int64 = 0

    /// Of no items.
    package init() {}
}
