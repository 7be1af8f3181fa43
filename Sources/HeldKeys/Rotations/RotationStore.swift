// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers for rotations.
package protocol RotationRecords {
    /// The rotation, or nil.
    func rotation(_ id: RotationID) throws -> Rotation?
    /// Writes a new one.
    func insert(_ rotation: Rotation) throws
    /// Writes over an existing one.
    func update(_ rotation: Rotation) throws
    /// Rotations in the order of their ids.
    func rotations(_ filter: RotationFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Rotation]
    /// Those that wait for their turn, the highest rank first, then the earliest due, at most so many for a provider.
    func waitingRotations(of provider: String, by now: Instant, limit: Int) throws -> [RotationID]
    /// Providers of which rotations wait for their turn.
    func providersWaited(by now: Instant) throws -> [String]
    /// Those whose next step is due and that have had their turn.
    func dueRotations(by now: Instant, limit: Int) throws -> [RotationID]
    /// How many rotations have a step under way at the provider.
    func busyRotations(of provider: String) throws -> Int
    /// Credentials whose policy asks for a rotation by now.
    func credentialsToRotate(by now: Instant, limit: Int) throws -> [CredentialID]
    /// Whether another version that has a value, of a credential at the same place, is this key: of the same provider,
    /// account and settings. Ids of keys need not differ from place to place.
    func isKeyInUse(_ key: String, like credential: CredentialID, otherThan version: VersionID?) throws -> Bool
    /// What stands still, by what it is put on.
    func freezes() throws -> [RotationFreeze]
    /// Writes one, new or over an existing one of the same subject.
    func put(_ freeze: RotationFreeze) throws
    /// Takes one away; false when there is none.
    func removeFreeze(_ subject: RotationFreeze.Subject) throws -> Bool
}

/// Which rotations a list shows. Absent conditions allow all.
package struct RotationFilter: Equatable, Sendable {
    package var account: AccountID?
    package var credential: CredentialID?
    package var provider: String?
    package var stage: Rotation.Stage?
    package var isOver: Bool?
    package var assignee: UserID?

    /// A filter that lets everything through.
    package init() {}
}

/// While it lasts nothing new is begun, switched or deleted. What must go back goes back.
package struct RotationFreeze: Equatable, Sendable {
    /// What is frozen.
    package enum Subject: Hashable, Sendable, CustomStringConvertible {
        case everything
        case account(AccountID)
        case provider(String)

        package var description: String {
            switch self {
            case .everything: "*"
            case .account(let id): id.description
            case .provider(let name): "provider:\(name)"
            }
        }

        /// Reads the text form.
        package init?(_ text: String) {
            if text == "*" {
                self = .everything
            } else if let id = AccountID(text) {
                self = .account(id)
            } else if text.hasPrefix("provider:"), Provider.isName(String(text.dropFirst(9))) {
                self = .provider(String(text.dropFirst(9)))
            } else {
                return nil
            }
        }
    }

    package let subject: Subject
    package let reason: String
    package let by: String
    package let at: Instant
    /// When it ends by itself; nil for not.
    package let until: Instant?

    /// A freeze.
    package init(subject: Subject, reason: String, by: String, at: Instant, until: Instant?) {
        self.subject = subject
        self.reason = reason
        self.by = by
        self.at = at
        self.until = until
    }

    /// Whether it holds a rotation up now.
    func holds(_ rotation: Rotation, at now: Instant) -> Bool {
        if let until, now >= until { return false }
        return switch subject {
        case .everything: true
        case .account(let id): id == rotation.account
        case .provider(let name): name == rotation.provider
        }
    }
}
