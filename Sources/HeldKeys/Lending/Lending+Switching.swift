// SPDX-License-Identifier: Apache-2.0
package import Access

/// The two versions that calls carry while a rotation switches.
struct SwitchingPair {
    let older: CredentialVersion
    let newer: CredentialVersion
    /// The share of calls that carry the newer one, in percent.
    let share: Int

    /// Nil for a credential that is not switching, or has only one of both.
    init?(_ credential: Credential) {
        guard let share = credential.share, credential.deletion == nil, let current = credential.current else {
            return nil
        }
        guard let other = credential.version(share < 100 ? .pending : .previous) else { return nil }
        (older, newer) = share < 100 ? (current, other) : (other, current)
        self.share = share
    }
}

/// What calls have shown of rotations that switch, until storage says the same.
struct SwitchingState {
    /// New versions that were refused where the former one was taken.
    private(set) var fallen: [VersionID: CredentialID] = [:]
    /// Former versions that were refused where the new one was taken.
    private(set) var ousted: [VersionID: CredentialID] = [:]
    /// What nobody has been told of yet.
    private var news: Set<CredentialID> = []
    private var turns: [CredentialID: Int] = [:]

    /// Whether this call is one of so many in a hundred; evenly spread.
    mutating func isTurn(of credential: CredentialID, share: Int) -> Bool {
        let sum = turns[credential, default: 0] + share
        turns[credential] = sum % 100
        return sum >= 100
    }

    mutating func fall(_ version: VersionID, of credential: CredentialID) {
        if fallen.updateValue(credential, forKey: version) == nil { news.insert(credential) }
    }

    mutating func oust(_ version: VersionID, of credential: CredentialID) {
        if ousted.updateValue(credential, forKey: version) == nil { news.insert(credential) }
    }

    mutating func takeNews() -> Set<CredentialID> {
        defer { news = [] }
        return news
    }

    /// What storage says of a credential that does not switch any more holds from here on.
    mutating func heard(of credential: Credential) {
        guard credential.share == nil, turns[credential.id] != nil || !fallen.isEmpty || !ousted.isEmpty else { return }
        turns[credential.id] = nil
        fallen = fallen.filter { $0.value != credential.id }
        ousted = ousted.filter { $0.value != credential.id }
    }
}

extension Lending {
    /// The same loan with another version of its credential: the one that calls carry now, or the other one while a
    /// rotation switches; nil where there is none.
    package func counterpart(of loan: Loan) -> Loan? {
        withState { state in
            guard let integration = state.integrations[loan.integration.id] else { return nil }
            let main = state.mainLoan(integration)
            guard main.isWhole else { return nil }
            return main.version.id == loan.version.id ? main.split?.other : main
        }
    }

    /// The provider refused a call with one version, and took the same call with the other. From the next call on the
    /// one that works is carried by all.
    package func sawRefused(_ refused: Loan, taking taken: Loan) {
        let isNewer = refused.version.number > taken.version.number
        settle(refused, isNewer: isNewer)
    }

    /// The provider refused a call that could not be made again with the other version. Only a new version falls by
    /// that: there is a way back from it.
    package func sawRefused(_ refused: Loan) {
        guard let other = counterpart(of: refused), other.isSwitching, refused.version.number > other.version.number
        else { return }
        settle(refused, isNewer: true)
    }

    private func settle(_ refused: Loan, isNewer: Bool) {
        let id = refused.integration.credential
        withState { state in
            guard let credential = state.credentials[id], let pair = SwitchingPair(credential),
                refused.version.id == (isNewer ? pair.newer.id : pair.older.id)
            else { return }
            if isNewer {
                state.switching.fall(refused.version.id, of: id)
            } else {
                state.switching.oust(refused.version.id, of: id)
            }
            state.forgetLoans(of: id)
        }
    }

    /// Credentials of which calls have shown something since this was last asked.
    package func takeSwitchingNews() -> Set<CredentialID> { withState { $0.switching.takeNews() } }

    /// Whether calls have shown that the rotation's new version is refused.
    func isFallen(_ rotation: Rotation) -> Bool {
        rotation.successor.map { successor in withState { $0.switching.fallen[successor] != nil } } ?? false
    }

    /// Whether calls have shown that the rotation's former version is refused, and the new one is not.
    func isOusted(_ rotation: Rotation) -> Bool { withState { $0.switching.ousted[rotation.former] != nil } }
}
