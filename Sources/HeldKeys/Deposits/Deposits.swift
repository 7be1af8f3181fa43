// SPDX-License-Identifier: Apache-2.0
package import Access

/// Invitations to hand in a key: invite, read, withdraw. What the invited person does is in `Deposits+Receiving`.
package struct Deposits: Sendable {
    let store: any Store<any CredentialRecords>
    let tickets: any DepositTickets
    let credentials: Credentials
    let vault: Vault
    private let random: Randomness

    /// Over a store, the place where tickets are found, what holds keys, a vault and a source of randomness.
    package init(
        store: any Store<any CredentialRecords>, tickets: any DepositTickets, credentials: Credentials, vault: Vault,
        random: Randomness
    ) {
        self.store = store
        self.tickets = tickets
        self.credentials = credentials
        self.vault = vault
        self.random = random
    }

    /// An invitation with its ticket, which is seen only here.
    package struct Invitation: Sendable {
        package let deposit: Deposit
        package let ticket: DepositTicket
    }

    /// Invites whoever will show the ticket to hand in one key.
    package func invite(
        by caller: Caller, _ draft: DepositDraft, at now: Instant, keeping answer: Answering<Invitation>? = nil
    ) async throws -> Invitation {
        var source = random
        let id = DepositID(at: now, using: &source)
        let ticket = DepositTicket(using: &source)
        return try await store.change(
            by: caller, needing: Permission.credentialsWrite, "deposit.invite", at: now, keeping: answer
        ) { records, note in
            note.subject = id.description
            var deposit = try Self.deposit(id, draft, for: caller, records, at: now)
            deposit.note = draft.note
            note.account = deposit.account
            note.details = [.init("name", deposit.name), .init("provider", deposit.provider)]
            note.details.append(.init("expires_at", deposit.expiresAt.description))
            if case .version(let credential, _) = deposit.target {
                note.details.append(.init("credential", credential.description))
            }
            try records.insert(deposit, ticket: ticket.digest)
            return Invitation(deposit: deposit, ticket: ticket)
        }
    }

    private static func deposit(
        _ id: DepositID, _ draft: DepositDraft, for caller: Caller, _ records: any CredentialRecords, at now: Instant
    ) throws -> Deposit {
        switch draft.target {
        case .newCredential(let wanted):
            try check(wanted, for: caller, records)
            var deposit = Deposit(
                id: id, account: wanted.account, provider: wanted.provider, name: wanted.name, target: .newCredential,
                expiresAt: draft.expiresAt, createdAt: now)
            deposit.settings = wanted.settings
            return deposit
        case .version(let credential, let isPending):
            guard let found = try records.credential(credential), caller.sees(found.account), found.deletion == nil
            else {
                throw Refusal.invalid(
                    pointer: "/credential", detail: "There is no such credential.",
                    fix: "Give the id of a credential that is not deleted.")
            }
            return Deposit(
                id: id, account: found.account, provider: found.provider, name: found.name,
                target: .version(of: credential, isPending: isPending), expiresAt: draft.expiresAt, createdAt: now)
        }
    }

    /// Refuses what could not become a credential when its value arrives.
    private static func check(
        _ wanted: CredentialDraft, for caller: Caller, _ records: any CredentialRecords
    ) throws {
        guard caller.sees(wanted.account), try records.owner(.account(wanted.account)) != nil else {
            throw Refusal.invalid(
                pointer: "/account", detail: "There is no such account.", fix: "Give the id of an account.")
        }
        guard let provider = try records.provider(wanted.provider) else {
            throw Refusal.invalid(
                pointer: "/provider", detail: "There is no such provider.",
                fix: "Name one that `GET /v1/providers` lists, or describe it first with `PUT /v1/providers/{name}`.")
        }
        try ValueRules(provider).check(wanted.settings)
    }

    /// One invitation, without its ticket.
    package func find(by caller: Caller, _ id: DepositID, at now: Instant) async throws -> Deposit {
        try await store.read(by: caller, needing: Permission.credentialsRead, "deposit.read", at: now) { records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of invitations.
    package func list(
        by caller: Caller, _ filter: DepositFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Deposit> {
        try await store.read(by: caller, needing: Permission.credentialsRead, "deposit.list", at: now) { records in
            let rows = try records.deposits(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Takes an invitation back. One that was withdrawn stays so; one whose key was handed in cannot be.
    package func withdraw(by caller: Caller, _ id: DepositID, at now: Instant) async throws -> Deposit {
        try await store.change(by: caller, needing: Permission.credentialsWrite, "deposit.withdraw", at: now) {
            records, note in
            note.subject = id.description
            var deposit = try Self.visible(id, to: caller, records)
            note.account = deposit.account
            guard deposit.state != .received else {
                throw Refusal.conflict(
                    detail: "The key of this invitation was handed in already.",
                    fix: "Delete or replace the credential that holds it.")
            }
            guard deposit.state != .withdrawn else { return deposit }
            deposit.state = .withdrawn
            deposit.updatedAt = now
            deposit.revision += 1
            try records.update(deposit)
            return deposit
        }
    }

    private static func visible(_ id: DepositID, to caller: Caller, _ records: any CredentialRecords) throws -> Deposit
    {
        guard let deposit = try records.deposit(id), caller.sees(deposit.account) else {
            throw Refusal.notFound("invitation")
        }
        return deposit
    }
}
