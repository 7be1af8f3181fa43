// SPDX-License-Identifier: Apache-2.0
internal import Access

extension LendingState {
    /// A loan of one version of a credential to no app, for its provider's test call, whose settings go before its own;
    /// nil where anything of it is missing.
    func trial(of id: CredentialID, version: VersionID?) -> Loan? {
        guard var credential = credentials[id], let provider = providers[credential.provider], let test = provider.test
        else { return nil }
        credential.settings = test.settings(credential.settings)
        return own(credential, version, provider)
    }

    /// A loan of one version of a credential to no app, for a call about its keys; `settings` go before its own, and
    /// `origin`, one of the provider's, before the others.
    func asker(
        of id: CredentialID, version: VersionID?, settings: [CredentialSetting], origin: OriginPattern?
    ) -> Loan? {
        guard var credential = credentials[id], var provider = providers[credential.provider] else { return nil }
        if let origin {
            guard let index = provider.origins.firstIndex(of: origin) else { return nil }
            provider.origins.swapAt(0, index)
        }
        credential.settings =
            settings
            + credential.settings.filter { own in
                !settings.contains { $0.name == own.name }
            }
        return own(credential, version, provider)
    }

    private func own(_ given: Credential, _ version: VersionID?, _ provider: Provider) -> Loan? {
        var credential = given
        if let version {
            for index in credential.versions.indices {
                credential.versions[index].state = credential.versions[index].id == version ? .current : .retired
            }
        }
        let nobody = Integration(
            id: IntegrationID(high: 0, low: 0), name: "", app: AppID(high: 0, low: 0), account: credential.account,
            credential: credential.id, allow: [], expiresAt: nil, state: .active, createdAt: credential.createdAt,
            updatedAt: credential.updatedAt, revision: 0)
        let loan = Loan(
            integration: nobody, provider: provider, credential: credential,
            dataKey: dataKey(of: credential.account, for: credential.current))
        return loan.isWhole ? loan : nil
    }
}
