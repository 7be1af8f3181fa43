// SPDX-License-Identifier: Apache-2.0
internal import Access

/// How the versions of a credential follow each other. At every moment one is current, at most one pending, at most one
/// previous; what is retired has no value any more.
extension Credential {
    /// The version in this state; for `retired`, the first of them.
    package func version(_ state: CredentialVersion.State) -> CredentialVersion? {
        versions.first { $0.state == state }
    }

    /// The number the next version gets.
    var nextNumber: Int64 { (versions.map(\.number).max() ?? 0) + 1 }

    /// Takes in a version that is pending or current. A pending one takes the place of an older pending one; a current
    /// one makes the former current one previous, and the former previous one is destroyed.
    mutating func take(_ version: CredentialVersion) {
        if version.state == .pending {
            retire(.pending)
        } else {
            retire(.previous)
            move(.current, to: .previous)
        }
        versions.append(version)
    }

    /// Makes the pending version current. False when none is pending.
    mutating func promote() -> Bool {
        guard version(.pending) != nil else { return false }
        retire(.previous)
        move(.current, to: .previous)
        move(.pending, to: .current)
        return true
    }

    /// Makes the previous version current and the current one previous, so that it can be taken back. False when there
    /// is no previous one.
    mutating func rollBack() -> Bool {
        guard let index = versions.firstIndex(where: { $0.state == .previous }) else { return false }
        move(.current, to: .previous)
        versions[index].state = .current
        return true
    }

    /// Ends the version in this state and destroys its value. False when there is none.
    @discardableResult
    mutating func retire(_ state: CredentialVersion.State) -> Bool {
        guard let index = versions.firstIndex(where: { $0.state == state }) else { return false }
        versions[index].state = .retired
        versions[index].box = []
        return true
    }

    /// Destroys all values.
    mutating func destroy() {
        for state in [CredentialVersion.State.pending, .current, .previous] { retire(state) }
    }

    /// Whether no version has a value any more.
    package var isDestroyed: Bool { versions.allSatisfy { $0.state == .retired } }

    private mutating func move(_ state: CredentialVersion.State, to other: CredentialVersion.State) {
        guard let index = versions.firstIndex(where: { $0.state == state }) else { return }
        versions[index].state = other
    }
}
