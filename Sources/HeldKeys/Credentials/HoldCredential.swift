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
    /// Whether the caller never had the value in the clear. Else that is an exposure.
    package var cameSealed = false

    /// A draft.
    package init(account: AccountID, provider: String, name: String) {
        self.account = account
        self.provider = provider
        self.name = name
    }
}

extension Credentials {
    /// Puts a key into the vault. From here on nobody sees it; lent calls carry it.
    ///
    /// The value is sealed before the transaction that stores it. Should two calls make the account's first data key
    /// at once, the later one seals anew.
    package func hold(
        by caller: Caller, _ draft: CredentialDraft, value: borrowing HeldValue, at now: Instant,
        keeping answer: Answering<Credential>? = nil, joining act: JoinedAct? = nil
    ) async throws -> Credential {
        var source = random
        let id = CredentialID(at: now, using: &source)
        if let rules = try await rules(of: draft, by: caller, at: now) { try rules.check(value) }
        while true {
            let key = try await sealingKey(of: draft.account, by: caller, "credential.create", at: now)
            let version = key.version(
                of: value, of: draft.account, in: id, number: 1, .current, expiresAt: draft.expiresAt, at: now,
                using: &source)
            var credential = Credential(
                id: id, account: draft.account, provider: draft.provider, name: draft.name, versions: [version],
                createdAt: now, updatedAt: now, revision: 1)
            credential.settings = draft.settings.sorted { $0.name < $1.name }
            do {
                return try await insert(
                    credential, draft, under: key, by: caller, at: now, keeping: answer, joining: act)
            } catch is DataKeyInUse.Changed {
                dataKeys.forget(draft.account)
            }
        }
    }

    /// What the draft's value must be like; nil where the change itself will refuse.
    private func rules(of draft: CredentialDraft, by caller: Caller, at now: Instant) async throws -> ValueRules? {
        try await store.read(by: caller, needing: Permission.credentialsWrite, "credential.create", at: now) {
            guard caller.sees(draft.account) else { return nil }
            return try $0.provider(draft.provider).map { ValueRules($0) }
        }
    }

    private func insert(
        _ credential: Credential, _ draft: CredentialDraft, under key: DataKeyInUse, by caller: Caller, at now: Instant,
        keeping answer: Answering<Credential>?, joining act: JoinedAct?
    ) async throws -> Credential {
        try await store.change(
            by: caller, needing: Permission.credentialsWrite, act?.action ?? "credential.create", at: now,
            keeping: answer
        ) { [random] records, note in
            note.subject = credential.id.description
            note.account = credential.account
            note.details = [.init("name", credential.name), .init("provider", credential.provider)]
            try Self.check(credential, for: caller, records)
            try key.confirm(in: records)
            try records.insert(credential)
            if !draft.cameSealed {
                var source = random
                try Exposures.note(
                    Exposure(.deposit, of: credential, version: 1, by: caller, reason: nil, at: now, using: &source),
                    in: records, &note)
            }
            var held = credential
            try act?.body(records, &note, &held)
            return held
        }
    }

    private static func check(_ credential: Credential, for caller: Caller, _ records: any CredentialRecords) throws {
        guard caller.sees(credential.account), try records.owner(.account(credential.account)) != nil else {
            throw Refusal.invalid(
                pointer: "/account", detail: "There is no such account.", fix: "Give the id of an account.")
        }
        guard let provider = try records.provider(credential.provider) else {
            throw Refusal.invalid(
                pointer: "/provider", detail: "There is no such provider.",
                fix: "Name one that `GET /v1/providers` lists, or describe it first with `PUT /v1/providers/{name}`.")
        }
        let rules = ValueRules(provider)
        // The value's bytes were checked before it was sealed; the provider may have been described anew since.
        try rules.check(parts: credential.versions[0].parts)
        try rules.check(credential.settings)
    }
}
