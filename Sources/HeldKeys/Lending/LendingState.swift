// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

/// The tables behind ``Lending``.
struct LendingState {
    var integrations: [IntegrationID: Integration] = [:]
    var byApp: [AppID: [[UInt8]: IntegrationID]] = [:]
    var byCredential: [CredentialID: Set<IntegrationID>] = [:]
    var credentials: [CredentialID: Credential] = [:]
    var providers: [String: Provider] = [:]
    private var dataKeys: [DataKeyName: SealingKey] = [:]
    /// Put together when an integration is first used after a change to anything it is made of.
    private var loans: [IntegrationID: Loan] = [:]
    /// What calls have shown of rotations that switch.
    var switching = SwitchingState()

    private struct DataKeyName: Hashable {
        let account: AccountID
        let number: UInt32
    }

    mutating func apply(_ change: Lending.Change) {
        switch change {
        case .provider(let provider):
            providers[provider.name] = provider
            loans.removeAll()
        case .credential(let credential):
            credentials[credential.id] = credential
            switching.heard(of: credential)
            for id in byCredential[credential.id] ?? [] { loans[id] = nil }
        case .dataKey(let account, let key):
            dataKeys[DataKeyName(account: account, number: key.term)] = key
            loans = loans.filter { $0.value.integration.account != account }
        case .erasedDataKeys(let account):
            eraseDataKeys(of: account)
            loans = loans.filter { $0.value.integration.account != account }
        case .integration(let integration):
            integrations[integration.id] = integration
            byApp[integration.app, default: [:]][Array(integration.name.utf8)] = integration.id
            byCredential[integration.credential, default: []].insert(integration.id)
            loans[integration.id] = nil
        }
    }

    /// An account's keys are numbered without gaps.
    private mutating func eraseDataKeys(of account: AccountID) {
        var number: UInt32 = 0
        while dataKeys.removeValue(forKey: DataKeyName(account: account, number: number)) != nil { number += 1 }
    }

    /// The key that a version's ciphertext names.
    func dataKey(of account: AccountID, for version: CredentialVersion?) -> SealingKey? {
        guard let box = version?.box, let number = SealingKey.term(of: box) else { return nil }
        return dataKeys[DataKeyName(account: account, number: number)]
    }

    func named(_ app: AppID, _ name: [UInt8]) -> Integration? {
        if let id = byApp[app]?[name] { return integrations[id] }
        guard let id = IntegrationID(String(decoding: name, as: UTF8.self)), let integration = integrations[id],
            integration.app == app
        else { return nil }
        return integration
    }

    mutating func leading(_ app: AppID, to origin: Origin) -> [Loan] {
        var found: [Loan] = []
        for id in (byApp[app] ?? [:]).values {
            guard let integration = integrations[id], integration.state == .active else { continue }
            let loan = loan(integration)
            if loan.origins.contains(origin) { found.append(loan) }
        }
        return found
    }

    /// The loan of an integration. While a rotation switches its credential, each call in its turn gets the loan of
    /// one version or the other.
    mutating func loan(_ integration: Integration) -> Loan {
        let made = mainLoan(integration)
        guard let split = made.split, split.share > 0 else { return made }
        return switching.isTurn(of: integration.credential, share: split.share) ? split.other : made
    }

    /// The loan of the version that most calls carry.
    mutating func mainLoan(_ integration: Integration) -> Loan {
        if let made = loans[integration.id] { return made }
        let credential = credentials[integration.credential]
        let made = credential.flatMap { splitLoan(integration, $0) } ?? loan(integration, credential, nil)
        loans[integration.id] = made
        return made
    }

    private func loan(
        _ integration: Integration, _ credential: Credential?, _ version: CredentialVersion?,
        split: Loan.Split? = nil, isSwitching: Bool = false
    ) -> Loan {
        Loan(
            integration: integration, provider: credential.flatMap { providers[$0.provider] }, credential: credential,
            dataKey: dataKey(of: integration.account, for: version ?? credential?.current), carrying: version,
            split: split, isSwitching: isSwitching)
    }

    /// Where a rotation switches; nil where it does not, or calls have settled which of both versions works.
    private func splitLoan(_ integration: Integration, _ credential: Credential) -> Loan? {
        guard let pair = SwitchingPair(credential) else { return nil }
        if switching.fallen[pair.newer.id] != nil { return loan(integration, credential, pair.older) }
        if switching.ousted[pair.older.id] != nil { return loan(integration, credential, pair.newer) }
        let (main, other) = pair.share < 100 ? (pair.older, pair.newer) : (pair.newer, pair.older)
        let second = loan(integration, credential, other, isSwitching: true)
        guard second.isWhole else { return nil }
        return loan(
            integration, credential, main, split: .init(other: second, share: pair.share % 100), isSwitching: true)
    }

    /// Calls have shown something new of a credential: its loans are put together anew.
    mutating func forgetLoans(of credential: CredentialID) {
        for id in byCredential[credential] ?? [] { loans[id] = nil }
    }
}
