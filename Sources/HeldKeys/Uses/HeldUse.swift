// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is known of the calls through one integration: by whom they may be made, and by whom they were.
package struct HeldUse: Equatable, Sendable {
    package let integration: Integration
    package let appName: String
    package let credential: Credential
    /// All calls; nil when there was none.
    package internal(set) var sum: LendSum?
    /// By version and key, the latest first.
    package internal(set) var parts: [Part] = []
    /// Where calls came from, the most calls first; at most ``addressesAtMost``.
    package internal(set) var addresses: [Place] = []

    /// So many addresses are shown.
    package static let addressesAtMost = 20

    /// Calls that carried one version and were made with one key.
    package struct Part: Equatable, Sendable {
        package let version: VersionID
        package let key: KeyID
        package let sum: LendSum

        /// A part.
        package init(version: VersionID, key: KeyID, sum: LendSum) {
            self.version = version
            self.key = key
            self.sum = sum
        }
    }

    /// Calls from one address; nil stands for all that were not known or too many to be told apart.
    package struct Place: Equatable, Sendable {
        package let address: IPAddress?
        /// What the last of them carried.
        package let version: VersionID
        package let sum: LendSum

        /// A place.
        package init(address: IPAddress?, version: VersionID, sum: LendSum) {
            self.address = address
            self.version = version
            self.sum = sum
        }
    }

    /// What the last call carried; nil when there was none, or when that version is gone.
    package var lastVersion: CredentialVersion? {
        guard let last = parts.max(by: { $0.sum.lastAt < $1.sum.lastAt }) else { return nil }
        return version(last.version)
    }

    /// Whether the last call carried what calls carry now; nil when there was none.
    package var isOnCurrent: Bool? { sum == nil ? nil : lastVersion.map { $0.state == .current } ?? false }

    /// A version of the credential.
    package func version(_ id: VersionID) -> CredentialVersion? { credential.versions.first { $0.id == id } }
}

/// So many calls of one integration ended so in one step of time.
package struct LendStepRow: Equatable, Sendable {
    package let at: Instant
    package let step: LendStep
    package let outcome: LendOutcome
    package let calls: Int64

    /// A row.
    package init(at: Instant, step: LendStep, outcome: LendOutcome, calls: Int64) {
        self.at = at
        self.step = step
        self.outcome = outcome
        self.calls = calls
    }
}

/// How long a time one count of lent calls is of. What is old is kept in days only.
package enum LendStep: String, Sendable, CaseIterable {
    case hour, day

    /// Its length.
    package var seconds: Int64 { self == .hour ? 3600 : 86_400 }

    /// The step of so many seconds.
    package init?(seconds: Int64) {
        guard let step = Self.allCases.first(where: { $0.seconds == seconds }) else { return nil }
        self = step
    }
}
