// SPDX-License-Identifier: Apache-2.0
package import Access

/// The record that somebody, or a program of theirs, saw a value in the clear. Written before the value is given out,
/// and never changed.
package struct Exposure: Equatable, Sendable {
    /// How the value was seen.
    package enum Kind: String, Sendable, CaseIterable {
        /// Shown to whoever asked.
        case reveal
        /// Given out among many.
        case export
        /// Typed in by hand: whoever put it in had it.
        case deposit
        /// Given to a program that was started with it.
        case run
    }

    package let id: ExposureID
    package let kind: Kind
    package let credential: CredentialID
    /// The number of the version that was seen.
    package let version: Int64
    package let account: AccountID
    /// Who, as the audit trail names them: a key's id.
    package let by: String
    /// The person whose key it was; nil where it is no person's.
    package let user: UserID?
    /// The app that saw it, or that the key belongs to.
    package let app: AppID?
    /// Why, in the words of whoever asked; nil for a value that was put in.
    package let reason: String?
    package let at: Instant

    /// An exposure from all its parts.
    package init(
        id: ExposureID, kind: Kind, credential: CredentialID, version: Int64, account: AccountID, by: String,
        user: UserID?, app: AppID?, reason: String?, at: Instant
    ) {
        self.id = id
        self.kind = kind
        self.credential = credential
        self.version = version
        self.account = account
        self.by = by
        self.user = user
        self.app = app
        self.reason = reason
        self.at = at
    }

    /// What `caller` saw.
    package init(
        _ kind: Kind, of credential: Credential, version: Int64, by caller: Caller, through app: AppID? = nil,
        reason: String?, at now: Instant, using random: inout Randomness
    ) {
        var user: UserID?
        var own: AppID?
        switch caller.owner {
        case .user(let id): user = id
        case .app(let id): own = id
        case .account, nil: break
        }
        self.init(
            id: ExposureID(at: now, using: &random), kind: kind, credential: credential.id, version: version,
            account: credential.account, by: caller.name, user: user, app: app ?? own, reason: reason, at: now)
    }
}

/// Which exposures a list shows. Absent conditions allow all.
package struct ExposureFilter: Equatable, Sendable {
    package var user: UserID?
    package var credential: CredentialID?
    package var app: AppID?
    package var account: AccountID?
    package var kind: Exposure.Kind?
    /// At this moment or later.
    package var since: Instant?

    /// A filter that lets everything through.
    package init() {}
}

/// What a transaction offers for exposures.
package protocol ExposureRecords {
    /// Writes one.
    func insert(_ exposure: Exposure) throws
    /// Exposures in the order of their ids.
    func exposures(_ filter: ExposureFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Exposure]
}
