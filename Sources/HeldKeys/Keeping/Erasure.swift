// SPDX-License-Identifier: Apache-2.0
package import Access

/// What was destroyed.
package struct Erased: Equatable, Sendable {
    package let account: AccountID
    package let at: Instant
    /// How many data keys were overwritten by this call; 0 when it was done before.
    package let dataKeys: Int
    /// How many integrations were revoked by this call.
    package let integrations: Int

    /// A report of all its parts.
    package init(account: AccountID, at: Instant, dataKeys: Int, integrations: Int) {
        self.account = account
        self.at = at
        self.dataKeys = dataKeys
        self.integrations = integrations
    }
}

/// Erasing an account's secrets for good: its data keys are overwritten, so that no value of it opens again, here or in
/// a backup.
package struct Erasure: Sendable {
    private let store: any Store<any CredentialRecords>
    private let dataKeys: DataKeys

    /// Over a store and the keys that seal.
    package init(store: any Store<any CredentialRecords>, dataKeys: DataKeys) {
        self.store = store
        self.dataKeys = dataKeys
    }

    /// Erases. When this returns, no lent call carries a value of the account, and none is taken in for it. Issued keys
    /// stay as they are. Erasing twice is the same as once.
    ///
    /// - Parameter confirmation: The account's name, exactly: so that no wrong id is erased.
    package func erase(
        by caller: Caller, _ account: AccountID, confirmation: String, reason: String, at now: Instant
    ) async throws -> Erased {
        let erased = try await store.change(
            by: caller, needing: Permission.accountsErase, "account.erase", at: now
        ) { records, note in
            note.subject = account.description
            note.details = [.init("reason", reason)]
            guard let owner = try records.owner(.account(account)), caller.sees(account) else {
                throw Refusal.notFound("account")
            }
            note.account = account
            guard owner.externalID != Owner.houseExternalID else {
                throw Refusal.conflict(detail: "This account is the installation itself.", fix: "Choose another one.")
            }
            guard owner.name == confirmation else {
                throw Refusal.invalid(
                    pointer: "/confirm", detail: "This is not the account's name.",
                    fix: "Send the name of the account to be erased, exactly as it is written.")
            }
            let integrations = try Self.revokeIntegrations(of: account, records, at: now)
            let keys = try records.eraseDataKeys(of: account, at: now)
            note.details += [.init("data_keys", String(keys)), .init("integrations", String(integrations))]
            return Erased(account: account, at: now, dataKeys: keys, integrations: integrations)
        }
        dataKeys.forget(account)
        return erased
    }

    private static func revokeIntegrations(
        of account: AccountID, _ records: any CredentialRecords, at now: Instant
    ) throws -> Int {
        var filter = IntegrationFilter()
        filter.account = account
        let all = try records.integrations(filter, visible: nil, Page(after: nil, limit: .max))
        let living = all.filter { $0.state != .revoked }
        for var integration in living {
            integration.state = .revoked
            integration.updatedAt = now
            integration.revision += 1
            try records.update(integration)
        }
        return living.count
    }
}
