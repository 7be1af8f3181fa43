// SPDX-License-Identifier: Apache-2.0
package import Access

/// An invitation to hand in one key, sealed, by whoever shows its ticket. The ticket is stored as a digest only.
package struct Deposit: Equatable, Sendable {
    /// What has become of it. That it is past its time is not written down.
    package enum State: String, Sendable, CaseIterable {
        case open
        /// The key was handed in.
        case received
        /// Taken back by an operator.
        case withdrawn
        /// Too many things were handed in that were no such key.
        case exhausted
    }

    /// Where the key goes.
    package enum Target: Equatable, Sendable {
        /// A credential that is made for it.
        case newCredential
        /// A credential that is there, as its next version, at once the current one or pending.
        case version(of: CredentialID, isPending: Bool)
    }

    /// What was handed in.
    package struct Receipt: Equatable, Sendable {
        package let credential: CredentialID
        package let version: VersionID
        package let fingerprint: String
        package let at: Instant

        /// A receipt.
        package init(credential: CredentialID, version: VersionID, fingerprint: String, at: Instant) {
            self.credential = credential
            self.version = version
            self.fingerprint = fingerprint
            self.at = at
        }
    }

    package let id: DepositID
    package let account: AccountID
    package let provider: String
    /// What the credential is called.
    package let name: String
    package let target: Target
    /// Of the credential that is made.
    package var settings: [CredentialSetting] = []
    /// What the invited person is told.
    package var note: String? = nil
    package let expiresAt: Instant
    package var state: State = .open
    /// How often something was handed in that was no such key.
    package var tries: Int64 = 0
    package var receipt: Receipt? = nil
    package let createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64 = 1

    /// How often something wrong may be handed in.
    package static let mostTries: Int64 = 20
    /// How long an invitation is good when nothing is said, and at most.
    package static let usualLife = Length(milliseconds: 7 * 86_400_000)
    package static let longestLife = Length(milliseconds: 90 * 86_400_000)
    /// Bytes of a ticket.
    package static let ticketLength = 32

    /// An invitation with what each must have, open.
    package init(
        id: DepositID, account: AccountID, provider: String, name: String, target: Target, expiresAt: Instant,
        createdAt: Instant
    ) {
        self.id = id
        self.account = account
        self.provider = provider
        self.name = name
        self.target = target
        self.expiresAt = expiresAt
        self.createdAt = createdAt
        updatedAt = createdAt
    }

    /// Refuses what cannot take a key any more.
    package func requireOpen(at now: Instant) throws(Refusal) {
        let detail: String
        switch state {
        case .open where expiresAt > now: return
        case .open: detail = "The invitation has expired."
        case .received: detail = "The key of this invitation was handed in already."
        case .withdrawn: detail = "The invitation was withdrawn."
        case .exhausted: detail = "Too many things were handed in that were no such key."
        }
        throw .conflict(detail: detail, fix: "Ask whoever invited you for a new invitation.")
    }
}

/// Which invitations a list shows.
package struct DepositFilter: Equatable, Sendable {
    package var account: AccountID?
    package var state: Deposit.State?

    /// A filter that lets everything through.
    package init() {}
}

/// What is given to invite somebody.
package struct DepositDraft: Equatable, Sendable {
    /// Where the key is to go.
    package enum Target: Equatable, Sendable {
        case newCredential(CredentialDraft)
        case version(of: CredentialID, isPending: Bool)
    }

    package var target: Target
    package var note: String?
    package var expiresAt: Instant

    /// A draft.
    package init(target: Target, note: String? = nil, expiresAt: Instant) {
        self.target = target
        self.note = note
        self.expiresAt = expiresAt
    }
}
