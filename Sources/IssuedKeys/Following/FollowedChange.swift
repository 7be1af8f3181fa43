// SPDX-License-Identifier: Apache-2.0
package import Access

/// What followers are told of: something that a verdict given before may no longer hold for.
package struct FollowedChange: Hashable, Sendable {
    /// What a verdict names that was changed.
    package enum Subject: Hashable, Sendable {
        case key(KeyID)
        /// The account, app or user itself, and with an account all that is in it.
        case owner(OwnerID)
        /// By its name, which never changes.
        case keyspace(String)
    }

    package let subject: Subject
    /// Who may know of it; nil for everybody.
    package let account: AccountID?

    /// A change of `subject`.
    package init(_ subject: Subject, account: AccountID?) {
        self.subject = subject
        self.account = account
    }

    /// Nil for what takes nothing from a verdict that was kept: new keys and keyspaces, and owners that are free to
    /// act. Secrets are forgotten along with a change of their key.
    init?(_ change: KeyChange) {
        switch change {
        case .key(let key) where key.revision > 1: self.init(.key(key.id), account: key.account)
        case .owner(let id, let account, let isLocked, let quota, _) where isLocked || quota != nil:
            self.init(.owner(id), account: account)
        case .keyspace(let keyspace) where keyspace.revision > 1: self.init(.keyspace(keyspace.name), account: nil)
        case .key, .owner, .keyspace, .forget: return nil
        }
    }
}
