// SPDX-License-Identifier: Apache-2.0
package import Access
package import HeldKeys
package import IssuedKeys

/// What a transaction offers for offboardings, which see both sides.
package protocol OffboardingRecords: OperatorRecords, CredentialRecords {
    /// The offboarding, or nil.
    func offboarding(_ id: OffboardingID) throws -> Offboarding?
    /// Writes a new one.
    func insert(_ offboarding: Offboarding) throws
    /// Writes over an existing one.
    func update(_ offboarding: Offboarding) throws
    /// Offboardings in the order of their ids.
    func offboardings(_ filter: OffboardingFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Offboarding]
    /// Those that are not over, or whose account is still to be erased.
    func openOffboardings() throws -> [Offboarding]

    /// Writes new ones.
    func insert(_ item: OffboardingItem) throws
    /// Writes over an existing one.
    func update(_ item: OffboardingItem) throws
    /// Items in the order of their numbers, those behind a number.
    func items(
        of offboarding: OffboardingID, _ state: OffboardingItem.State?, after: Int64, limit: Int
    ) throws -> [OffboardingItem]
    /// Items that are to be begun by now, or of which what was begun has ended; those with the highest risk first.
    func itemsDue(of offboarding: OffboardingID, at now: Instant, limit: Int) throws -> [OffboardingItem]
    /// How many are where.
    func progress(of offboarding: OffboardingID) throws -> OffboardingProgress
    /// Whether another offboarding that goes on waits for this rotation.
    func isAwaited(_ rotation: RotationID, besides offboarding: OffboardingID) throws -> Bool

    /// From now on nothing is made for the party.
    func freeze(_ party: OwnerID, for offboarding: OffboardingID) throws
    /// The freeze of this offboarding ends.
    func thaw(for offboarding: OffboardingID) throws
    /// Whether some offboarding keeps the party frozen.
    func isFrozen(_ party: OwnerID) throws -> Bool

    /// What is in the trail of this subject since a moment, oldest first.
    func events(of subject: String, since: Instant, limit: Int) throws -> [Event]
}

/// Which offboardings a list shows.
package struct OffboardingFilter: Equatable, Sendable {
    package var account: AccountID?
    package var subject: OwnerID?
    package var state: Offboarding.State?

    /// A filter that lets everything through.
    package init() {}
}
