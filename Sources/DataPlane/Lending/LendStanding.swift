// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import IssuedKeys

/// Whether a call that lasts may go on.
enum LendStanding {
    /// Why not: the integration or the caller's key is in force no more, or the credential was deleted. A newer version
    /// of the credential, or rules that became narrower, do not end what runs.
    static func problem(of loan: Loan, _ key: KeyPosition, _ state: EventLoopState, at now: Instant) -> Problem? {
        let standing = state.index.reading(lane: state.lane) { contents, _ in contents.standing(of: key, at: now) }
        guard case .valid = standing else { return Problem.refusing(standing).onLend("\(standing.holderCode)") }
        let integration = loan.integration
        guard let current = state.lending.find(app: integration.app, .name(Array(integration.name.utf8))) else {
            return .lend(.integrationUnknown)
        }
        switch current.integration.state {
        case .active: break
        case .paused: return .lend(.integrationPaused)
        case .revoked: return .lend(.integrationRevoked)
        }
        if let end = current.integration.expiresAt, now >= end { return .lend(.integrationExpired) }
        return current.isWhole ? nil : .lend(.credentialUnavailable)
    }

    /// The same loan with another version of its credential: the one that calls carry now, or the other one while a
    /// rotation switches; nil where there is none.
    static func other(than loan: Loan, _ state: EventLoopState) -> Loan? {
        guard let other = state.lending.counterpart(of: loan),
            other.integration.credential == loan.integration.credential
        else { return nil }
        return other
    }
}
