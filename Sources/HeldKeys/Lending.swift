// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets
internal import Synchronization

/// All that can be lent, in memory: integrations by app and name, with what they need to be carried out. Values stay
/// sealed in it.
package final class Lending: Sendable {
    private let state = Mutex(State())

    private struct State {
        var integrations: [IntegrationID: Integration] = [:]
        var byName: [AppID: [[UInt8]: IntegrationID]] = [:]
        var credentials: [CredentialID: Credential] = [:]
        var providers: [String: Provider] = [:]
        var dataKeys: [AccountID: SealingKey] = [:]
    }

    /// Nothing to lend yet.
    package init() {}

    /// A change to what can be lent, in the order of their commits.
    package enum Change: Sendable {
        case provider(Provider)
        case credential(Credential)
        case integration(Integration)
        case dataKey(AccountID, SealingKey)
    }

    /// Puts changes in force: the very next call sees them.
    package func apply(_ changes: [Change]) {
        guard !changes.isEmpty else { return }
        state.withLock { state in
            for change in changes {
                switch change {
                case .provider(let provider): state.providers[provider.name] = provider
                case .credential(let credential): state.credentials[credential.id] = credential
                case .dataKey(let account, let key): state.dataKeys[account] = key
                case .integration(let integration):
                    state.integrations[integration.id] = integration
                    state.byName[integration.app, default: [:]][Array(integration.name.utf8)] = integration.id
                }
            }
        }
    }

    /// How many integrations and credentials there are.
    package var size: (integrations: Int, credentials: Int) {
        state.withLock { ($0.integrations.count, $0.credentials.count) }
    }

    /// Decides whether `app` may make this call, and gives what is needed to make it.
    ///
    /// - Parameters:
    ///   - name: the integration's name as it stands in the path, or its id.
    ///   - method, path: ranges of `bytes`; the path canonical, as it will be sent.
    package func decide(
        app: AppID, integration name: [UInt8], _ bytes: Span<UInt8>, method: Range<Int>, path: Range<Int>,
        at now: Instant
    ) -> LendVerdict {
        let found = state.withLock { state in
            find(app, name, state).map { integration in
                (
                    integration, state.credentials[integration.credential], state.dataKeys[integration.account],
                    state.providers
                )
            }
        }
        guard let (integration, credential, dataKey, providers) = found else { return .unknown }
        switch integration.state {
        case .active: break
        case .paused: return .paused
        case .revoked: return .revoked
        }
        if let end = integration.expiresAt, now >= end { return .expired }
        var isAllowed = false
        for route in integration.allow where route.allows(bytes, method: method, path: path) { isAllowed = true }
        guard isAllowed else { return .notAllowed }
        guard let credential, let version = credential.current, let dataKey,
            let provider = providers[credential.provider],
            let origin = provider.origins.first
        else { return .unavailable }
        return .allowed(
            Loan(provider: provider, origin: origin, credential: credential, version: version, dataKey: dataKey))
    }

    /// The integrations of `app` whose provider is at `origin`, whatever their state.
    func integrations(of app: AppID, leadingTo origin: Origin) -> [Integration] {
        state.withLock { state in
            (state.byName[app] ?? [:]).values.compactMap { id in
                guard let integration = state.integrations[id],
                    let credential = state.credentials[integration.credential],
                    state.providers[credential.provider]?.origins.contains(origin) ?? false
                else { return nil }
                return integration
            }
        }
    }

    private func find(_ app: AppID, _ name: [UInt8], _ state: borrowing State) -> Integration? {
        if let id = state.byName[app]?[name] { return state.integrations[id] }
        guard let id = IntegrationID(String(decoding: name, as: UTF8.self)), let integration = state.integrations[id],
            integration.app == app
        else { return nil }
        return integration
    }
}

/// How a call through `/lend` was decided.
package enum LendVerdict: Sendable {
    case allowed(Loan)
    /// The app has no integration of that name.
    case unknown
    case paused
    case revoked
    case expired
    /// The method or path is not among those allowed.
    case notAllowed
    /// The credential, its provider or its account's data key is missing.
    case unavailable
}

/// All that one lent call needs. The value is opened only to be written into the request.
package struct Loan: Sendable {
    package let provider: Provider
    package let origin: Origin
    private let credential: Credential
    private let version: CredentialVersion
    private let dataKey: SealingKey

    init(provider: Provider, origin: Origin, credential: Credential, version: CredentialVersion, dataKey: SealingKey) {
        self.provider = provider
        self.origin = origin
        self.credential = credential
        self.version = version
        self.dataKey = dataKey
    }

    /// Opens the value. Fails when the ciphertext was altered, moved or is of another version.
    package func open() throws(SealFailure) -> Secret {
        try dataKey.open(
            version.box, from: Vault.place(credential.account, credential.id, version.id, number: version.number))
    }
}
