// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// What is given to hold a key, beside its value.
package struct CredentialDraft: Equatable, Sendable {
    package var account: AccountID
    package var provider: String
    package var name: String
    package var settings: [CredentialSetting] = []
    package var expiresAt: Instant? = nil

    /// A draft.
    package init(account: AccountID, provider: String, name: String) {
        self.account = account
        self.provider = provider
        self.name = name
    }
}

/// Credentials: hold, read what is not secret.
package struct Credentials: Sendable {
    private let store: any Store<any CredentialRecords>
    private let dataKeys: DataKeys
    private let random: Randomness

    /// Over a store, the keys that seal and a source of randomness.
    package init(store: any Store<any CredentialRecords>, dataKeys: DataKeys, random: Randomness) {
        self.store = store
        self.dataKeys = dataKeys
        self.random = random
    }

    /// The longest value, in bytes.
    package static let longestValue = 16 * 1024

    /// Puts a key into the vault. From here on nobody sees it; lent calls carry it.
    ///
    /// The value is sealed before the transaction that stores it. Should two calls make a data key of the account at
    /// once, the later one seals anew.
    package func hold(
        by caller: Caller, _ draft: CredentialDraft, value: borrowing HeldValue, at now: Instant,
        keeping answer: Answering<Credential>? = nil
    ) async throws -> Credential {
        var source = random
        let id = CredentialID(at: now, using: &source)
        let version = VersionID(at: now, using: &source)
        while true {
            let key = try await dataKey(for: draft, by: caller, at: now)
            var sealed = value.revealingAll { bytes in
                CredentialVersion(
                    id: version, number: 1, state: .current, fingerprint: key.sealing.fingerprint(bytes),
                    box: key.sealing.seal(
                        bytes, for: Vault.place(draft.account, id, version, number: 1, parts: value.partNames)),
                    createdAt: now)
            }
            sealed.parts = value.partNames
            sealed.expiresAt = draft.expiresAt
            var credential = Credential(
                id: id, account: draft.account, provider: draft.provider, name: draft.name, versions: [sealed],
                createdAt: now, updatedAt: now, revision: 1)
            credential.settings = draft.settings
            do {
                return try await store(credential, under: key, by: caller, at: now, keeping: answer)
            } catch is DataKeyInUse.Changed {
                dataKeys.forget(draft.account)
            }
        }
    }

    private func store(
        _ credential: Credential, under key: DataKeyInUse, by caller: Caller, at now: Instant,
        keeping answer: Answering<Credential>?
    ) async throws -> Credential {
        try await store.change(
            by: caller, needing: Permission.credentialsWrite, "credential.create", at: now, keeping: answer
        ) { records, note in
            note.subject = credential.id.description
            note.account = credential.account
            note.details = [.init("name", credential.name), .init("provider", credential.provider)]
            try Self.check(credential, for: caller, records)
            try key.confirm(in: records)
            try records.insert(credential)
            return credential
        }
    }

    /// Nothing is reserved for an account that the caller may not see; the change refuses it.
    private func dataKey(
        for draft: CredentialDraft, by caller: Caller, at now: Instant
    ) async throws -> DataKeyInUse {
        let isThere = try await store.read(
            by: caller, needing: Permission.credentialsWrite, "credential.create", at: now
        ) { try caller.sees(draft.account) && $0.owner(.account(draft.account)) != nil }
        guard isThere else { return try dataKeys.first(of: draft.account, at: now) }
        return try await dataKeys.sealing(for: draft.account, at: now)
    }

    private static func check(_ credential: Credential, for caller: Caller, _ records: any CredentialRecords) throws {
        guard caller.sees(credential.account), try records.owner(.account(credential.account)) != nil else {
            throw Refusal.invalid(
                pointer: "/account", detail: "There is no such account.", fix: "Give the id of an account.")
        }
        guard try records.provider(credential.provider) != nil else {
            throw Refusal.invalid(
                pointer: "/provider", detail: "There is no such provider.",
                fix: "Name one that `GET /v1/providers` lists, or describe it first with `PUT /v1/providers/{name}`.")
        }
    }

    /// One credential, without its value.
    package func find(by caller: Caller, _ id: CredentialID, at now: Instant) async throws -> Credential {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.read", at: now) { records in
            guard let credential = try records.credential(id), caller.sees(credential.account) else {
                throw Refusal.notFound("credential")
            }
            return credential
        }
    }

    /// A page of credentials, without their values.
    package func list(
        by caller: Caller, _ filter: CredentialFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Credential> {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.list", at: now) { records in
            let rows = try records.credentials(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }
}
