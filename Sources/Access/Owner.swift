// SPDX-License-Identifier: Apache-2.0

/// Who a key belongs to: an account, or an app or user inside one.
package enum OwnerID: Hashable, Sendable, CustomStringConvertible {
    case account(AccountID)
    case app(AppID)
    case user(UserID)

    /// Reads `acc_…`, `app_…` or `usr_…`.
    package init?(_ text: String) {
        if let id = AccountID(text) {
            self = .account(id)
        } else if let id = AppID(text) {
            self = .app(id)
        } else if let id = UserID(text) {
            self = .user(id)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .account(let id): id.description
        case .app(let id): id.description
        case .user(let id): id.description
        }
    }

    /// `account`, `app` or `user`.
    package var type: OwnerType {
        switch self {
        case .account: .account
        case .app: .app
        case .user: .user
        }
    }

    /// The identifier's 128 bits, without its type.
    package var bits: (high: UInt64, low: UInt64) {
        switch self {
        case .account(let id): (id.high, id.low)
        case .app(let id): (id.high, id.low)
        case .user(let id): (id.high, id.low)
        }
    }
}

/// The three kinds of owner.
package enum OwnerType: String, Sendable, CaseIterable {
    case account, app, user

    /// The prefix of its identifiers.
    package var prefix: String {
        switch self {
        case .account: AccountKind.prefix
        case .app: AppKind.prefix
        case .user: UserKind.prefix
        }
    }
}

/// An account, app or user as it is stored.
package struct Owner: Equatable, Sendable {
    /// The external id of the account that runs this installation; its management keys may be unbound.
    package static let houseExternalID = "bitting"

    package let id: OwnerID
    /// The account it is, or stands in.
    package let account: AccountID
    package var name: String
    package var externalID: String?
    /// Users only.
    package var email: String?
    /// A JSON object as text, `{}` when there is none.
    package var metadata: String
    /// What all its keys together may spend; nil for no bound.
    package var quota: Quota?
    /// While set, none of its keys is accepted; locking an account locks everything in it.
    package var lockedAt: Instant?
    package let createdAt: Instant
    package var updatedAt: Instant
    /// Counts changes; the `ETag`.
    package var revision: Int64

    /// An owner from all its parts.
    package init(
        id: OwnerID, account: AccountID, name: String, externalID: String?, email: String?, metadata: String,
        quota: Quota? = nil, lockedAt: Instant?, createdAt: Instant, updatedAt: Instant, revision: Int64
    ) {
        self.id = id
        self.account = account
        self.name = name
        self.externalID = externalID
        self.email = email
        self.metadata = metadata
        self.quota = quota
        self.lockedAt = lockedAt
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }
}
