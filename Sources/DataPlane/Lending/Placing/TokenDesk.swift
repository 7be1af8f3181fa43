// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import HeldKeys
internal import Synchronization

/// The tokens that providers gave for id and secret, for all event loops together: one that is missing is fetched
/// once, however many calls wait for it.
final class TokenDesk: Sendable {
    /// What a fetch came to.
    enum Fetched: Sendable {
        case token(AccessToken)
        case failed(LendRefusal)
    }

    typealias Waiter = @Sendable (LendRefusal?) -> Void

    private let entries = Mutex<[VersionID: Entry]>([:])

    private enum Entry {
        case here(AccessToken)
        case coming([Waiter])
    }

    /// How many tokens are kept. Beyond it all are forgotten, and fetched again as they are needed.
    private static let most = 10_000
    /// So many seconds before its end a token is used last.
    private static let margin: Int64 = 30

    /// The token of a loan's version, while it may still be used.
    func token(of loan: Loan, at now: Instant) -> AccessToken? {
        entries.withLock { entries in
            guard case .here(let token) = entries[loan.version.id], now < token.expiresAt else { return nil }
            return token
        }
    }

    /// Waits for the token of a loan. Returns whether the one who asks is to fetch it, and say so to ``settle(_:_:)``.
    func wait(for loan: Loan, at now: Instant, _ waiter: @escaping Waiter) -> Bool {
        entries.withLock { entries in
            switch entries[loan.version.id] {
            case .coming(let waiters):
                entries[loan.version.id] = .coming(waiters + [waiter])
                return false
            case .here(let token) where now < token.expiresAt:
                waiter(nil)
                return false
            case .here, nil:
                if entries.count >= Self.most {
                    for case (let id, .here) in entries { entries[id] = nil }
                }
                entries[loan.version.id] = .coming([waiter])
                return true
            }
        }
    }

    /// The fetch is over. A token that ends sooner than the margin is good for the calls that wait, by a second.
    func settle(_ version: VersionID, _ fetched: Fetched) {
        let waiters = entries.withLock { entries in
            guard case .coming(let waiters) = entries[version] else { return [Waiter]() }
            switch fetched {
            case .token(let token): entries[version] = .here(token)
            case .failed: entries[version] = nil
            }
            return waiters
        }
        switch fetched {
        case .token: for waiter in waiters { waiter(nil) }
        case .failed(let refusal): for waiter in waiters { waiter(refusal) }
        }
    }

    /// The provider refused a call with this token: the next call fetches another.
    func forget(_ token: AccessToken, of version: VersionID) {
        entries.withLock { entries in
            if case .here(let kept) = entries[version], kept === token { entries[version] = nil }
        }
    }

    /// When a token that lives so many seconds is used last.
    static func end(_ seconds: Int64, from now: Instant) -> Instant {
        let life = max(1, min(seconds, 30 * 86_400))
        return now + Length.seconds(life > 2 * margin ? life - margin : life)
    }
}
