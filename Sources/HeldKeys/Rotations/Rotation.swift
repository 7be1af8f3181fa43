// SPDX-License-Identifier: Apache-2.0
package import Access

/// The replacement of one credential's value: what is known of it and what is to be done next. A value: all that it does
/// to the world is a ``RotationStep``, all that it learns is a ``RotationOutcome``, and what it became is stored before
/// anything else is done.
///
///     minted   waiting -> minting -+
///     set      waiting -> setting -+-> testing -> switching -> watching -> holding -> deleting -> confirming -> done
///     by hand  waiting -> asked ---+      |           |            |          |           |
///                           ^             |           +-- reverting (calls carry the former value again)
///                           |  refused    |                          |
///                           +-------------+                       undoing -> failed, cancelled
///
/// - *waiting*: for its turn: a window, the bound per provider, the end of a freeze.
/// - *minting*: the intent is stored with the label. Until an answer is stored, the provider may have made a key or not:
///   it is looked for by its label before another is asked for.
/// - *setting*: our value is stored as the pending version; the provider is told it, again and again until it works.
/// - *asked*: a person is to make the new key and hand it in.
/// - *testing*: the new value is the pending version. It must work before any call carries it.
/// - *switching*: a share of calls carries it. *Watching*: all do, and the former value is the way back.
/// - *holding*: whoever holds the former value themselves is named and waited for.
/// - *deleting*: the former key ends at the provider: by us, where we minted it or a person said yes; else by a person.
/// - *confirming*: the provider's test must refuse the former value. Until it does, the key is listed as alive.
///
/// The former value is destroyed in the step to *done*, never before: until then there is a way back.
package struct Rotation: Equatable, Sendable {
    package let id: RotationID
    package let credential: CredentialID
    package let account: AccountID
    package let provider: String
    package let kind: RotationGuide.Kind
    package var reason = RotationReason.requested
    package let terms: RotationTerms
    /// Whether the provider's keys have names; else a list of them is kept before one is asked for.
    package var keysAreNamed = false
    /// Among those that wait for their turn the highest goes first.
    package let rank: Int64
    /// The version that is replaced, and its number.
    package let former: VersionID
    package var formerNumber: Int64 = 0
    /// The provider's id of the former key; nil where it is not known. Asked for once.
    package var formerKey: String?
    package var isIdentified = false
    /// The version that replaces it; nil until there is a value.
    package var successor: VersionID?
    package var successorKey: String?
    /// Whether the former key may be deleted at the provider: Bitting made it, or a person said so.
    package var mayDelete = false
    package var stage = Stage.waiting
    /// Counts the keys that were asked for; part of the label.
    package var attempt: Int64 = 1
    /// Whether the provider may have made a key of the label that we have not heard of.
    package var mayHaveStray = false
    /// The ids of all keys there were before one was asked for, where the provider's keys have no names.
    package var known: [String]?
    /// A key at the provider that nobody has the value of, and whether it is ours to delete.
    package var stray: Stray?
    /// The last key that was deleted because nobody had its value.
    package var discarded: String?
    /// Whether it was looked for further keys of the label, once the new one was in use.
    package var isSwept = false
    /// Where it goes when what was begun has been undone; nil while it goes forward.
    package var ending: Stage?
    /// When this stage was entered.
    package var since: Instant
    /// Not before then is the next step done; nil while a person has to do something, and at the end.
    package var nextAt: Instant?
    /// How often the step of this stage was tried without an end.
    package var tries: Int64 = 0
    /// What the last try came to; nil where it was good.
    package var fault: RotationFault?
    /// Why it turned back; nil where it did not, or a person wanted it.
    package var cause: RotationFault?
    /// How it is known that the former key is dead.
    package var proof: Proof?
    /// Who held the former value when it was last looked.
    package var holders: Int64 = 0
    /// Who asked for it, as the audit trail names them.
    package var startedBy = ""
    package let startedAt: Instant
    package var endedAt: Instant?
    package var revision: Int64 = 1

    /// Where a rotation is.
    package enum Stage: String, Sendable, CaseIterable {
        case waiting, minting, setting, asked, testing, switching, watching, holding, deleting, confirming
        case reverting, undoing
        case done, failed, cancelled
    }

    /// A key that was found at the provider and is not in use.
    package struct Stray: Equatable, Sendable {
        package let key: String
        /// By its label, or by a person's word.
        package var isOurs: Bool

        /// A key.
        package init(key: String, isOurs: Bool) {
            self.key = key
            self.isOurs = isOurs
        }
    }

    /// Why a former key is taken for dead.
    package enum Proof: String, Sendable {
        /// The provider's test refused it.
        case refused
        /// A person said so; the provider has no test.
        case word
    }

    /// Whether nothing more will be done.
    package var isOver: Bool { stage == .done || stage == .failed || stage == .cancelled }

    /// What the new key is called at the provider: unique, so that one whose birth was not heard of is found again.
    package var label: String { "bitting-\(id.description.dropFirst(4))-\(attempt)" }

    /// What a person has to do now; nil when nobody is waited for.
    package var task: Task? {
        switch stage {
        case .asked: .provide
        case .holding where holders > 0: .moveHolders
        case .deleting where !mayDelete: formerKey != nil && kind == .minted ? .allowDeletion : .deleteKey
        case .minting, .undoing: stray.map { $0.isOurs } == false ? .allowStray : nil
        default: nil
        }
    }

    /// Something that only a person can do.
    package enum Task: String, Sendable, CaseIterable {
        /// Make a new key at the provider and hand it in.
        case provide
        /// See to it that nobody uses the former value on their own, or say that this need not be waited for.
        case moveHolders = "move_holders"
        /// Delete the former key at the provider, then say so.
        case deleteKey = "delete_key"
        /// Say that Bitting may delete the former key, which it did not make.
        case allowDeletion = "allow_deletion"
        /// Say that a key that appeared at the provider may be deleted; it has no name that would prove it ours.
        case allowStray = "allow_stray"
    }
}

/// What a rotation starts from.
package struct RotationDraft: Equatable, Sendable {
    package var kind: RotationGuide.Kind? = nil
    package var reason = RotationReason.requested
    package var terms = RotationTerms()
    package var rank: Int64 = 0
    /// The provider's id of the key that is replaced, where a person knows it.
    package var formerKey: String? = nil

    /// With the usual care.
    package init() {}
}

extension Rotation {
    /// A rotation that waits for its turn.
    package init(
        id: RotationID, of credential: Credential, replacing former: CredentialVersion, _ kind: RotationGuide.Kind,
        _ draft: RotationDraft, keysAreNamed: Bool, by caller: Caller, at now: Instant
    ) {
        self.init(
            id: id, credential: credential.id, account: credential.account, provider: credential.provider, kind: kind,
            former: former.id, terms: draft.terms, rank: draft.rank, startedAt: now)
        (reason, startedBy) = (draft.reason, caller.name)
        (formerNumber, formerKey) = (former.number, draft.formerKey ?? former.keyID)
        mayDelete = former.isMinted && kind == .minted
        self.keysAreNamed = keysAreNamed
        isSwept = kind != .minted
        nextAt = now
    }

    /// A rotation with what never changes of it; the rest is to be filled in.
    package init(
        id: RotationID, credential: CredentialID, account: AccountID, provider: String, kind: RotationGuide.Kind,
        former: VersionID, terms: RotationTerms, rank: Int64, startedAt: Instant
    ) {
        (self.id, self.credential, self.account, self.provider) = (id, credential, account, provider)
        (self.kind, self.former, self.terms, self.rank) = (kind, former, terms, rank)
        (self.startedAt, since) = (startedAt, startedAt)
    }
}
