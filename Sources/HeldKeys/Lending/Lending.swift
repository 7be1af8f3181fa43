// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Synchronization

/// All that can be lent, in memory: integrations by app and name, with what they need to be carried out. Values stay
/// sealed in it.
package final class Lending: Sendable {
    private let state = Mutex(LendingState())

    /// Nothing to lend yet.
    package init() {}

    /// A change to what can be lent, in the order of their commits.
    package enum Change: Sendable {
        case provider(Provider)
        case credential(Credential)
        case integration(Integration)
        case dataKey(AccountID, SealingKey)
        /// The account's data keys are no more.
        case erasedDataKeys(AccountID)
    }

    /// Puts changes in force: the very next call sees them.
    package func apply(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in
            for change in changes { state.apply(change) }
        }
    }

    /// What a provider's test call with a credential needs: the version named, or the current one; nil where anything is
    /// missing.
    package func trial(of credential: CredentialID, version: VersionID?) -> Loan? {
        state.withLock { $0.trial(of: credential, version: version) }
    }

    /// What a call about a credential's keys needs; nil where anything is missing.
    ///
    /// - Parameter origin: Where it goes, one of the provider's origins; nil for the first.
    package func asker(
        of credential: CredentialID, version: VersionID?, settings: [CredentialSetting], origin: OriginPattern? = nil
    ) -> Loan? {
        withState { $0.asker(of: credential, version: version, settings: settings, origin: origin) }
    }

    func withState<Result>(_ body: (inout LendingState) -> Result) -> Result { state.withLock { body(&$0) } }

    /// How many integrations and credentials there are.
    package var size: (integrations: Int, credentials: Int) {
        state.withLock { ($0.integrations.count, $0.credentials.count) }
    }

    /// What a call asks for, as ranges of one run of bytes.
    package struct Question {
        package let method: Range<Int>
        /// Canonical, as it will be sent.
        package let path: Range<Int>

        /// A question.
        package init(method: Range<Int>, path: Range<Int>) {
            self.method = method
            self.path = path
        }
    }

    /// How a call names its integration.
    package enum Choice {
        /// By its name or id, as it stands in the path.
        case name([UInt8])
        /// By where the call goes, and among several of one origin by name.
        case origin(Origin, named: [UInt8]?)
    }

    /// Decides whether `app` may make this call, and gives what is needed to make it. `query` is asked for the
    /// decoded parameters only where a rule looks at them.
    package func decide(
        app: AppID, _ choice: Choice, _ bytes: Span<UInt8>, _ question: Question, at now: Instant,
        query: () -> [QueryParameter]?
    ) -> LendVerdict {
        let loan: Loan
        switch choose(app, choice) {
        case .none: return .unknown
        case .several: return .ambiguous
        case .one(let found): loan = found
        }
        let integration = loan.integration
        switch integration.state {
        case .active: break
        case .paused: return .paused
        case .revoked: return .revoked
        }
        if let end = integration.expiresAt, now >= end { return .expired }
        let rule = integration.allow.firstIndex { rule in
            rule.allows(bytes, method: question.method, path: question.path, query: query)
        }
        guard let rule else { return .notAllowed }
        return loan.isWhole ? .allowed(loan, rule: rule) : .unavailable(loan)
    }

    /// The integration an app may use under this name, whatever its state.
    package func find(app: AppID, _ choice: Choice) -> Loan? {
        switch choose(app, choice) {
        case .one(let loan): loan
        case .none, .several: nil
        }
    }

    /// The integrations of an app in the order of their names, whatever their state: at most `limit` behind a name.
    package func loans(app: AppID, after name: String?, limit: Int) -> [Loan] {
        state.withLock { state in
            let all = (state.byApp[app] ?? [:]).values.compactMap { state.integrations[$0] }
            return all.filter { name == nil || $0.name > name ?? "" }.sorted { $0.name < $1.name }.prefix(limit)
                .map { state.loan($0) }
        }
    }

    /// The names of the integrations of an app that lead to an origin, active ones only.
    package func names(app: AppID, to origin: Origin) -> [String] {
        state.withLock { state in state.leading(app, to: origin).map(\.integration.name).sorted() }
    }

    private enum Found {
        case none
        case one(Loan)
        case several
    }

    private func choose(_ app: AppID, _ choice: Choice) -> Found {
        state.withLock { state in
            switch choice {
            case .name(let name):
                return state.named(app, name).map { .one(state.loan($0)) } ?? .none
            case .origin(let origin, let name):
                let all = state.leading(app, to: origin)
                if let name, let named = all.first(where: { Array($0.integration.name.utf8) == name }) {
                    return .one(named)
                }
                return all.count > 1 ? .several : all.first.map { .one($0) } ?? .none
            }
        }
    }
}

/// How a call through `/lend` was decided.
package enum LendVerdict: Sendable {
    /// With the place of the rule that allows it, among those of the integration.
    case allowed(Loan, rule: Int)
    /// The app has no integration of that name.
    case unknown
    /// Several of its integrations lead there.
    case ambiguous
    case paused
    case revoked
    case expired
    /// The method, path or query is not among those allowed.
    case notAllowed
    /// The credential, its provider or its account's data key is missing, or the credential is deleted.
    case unavailable(Loan)
}
