// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// What is done by somebody who shows a ticket and has no key.
extension Deposits {
    /// What the invited person is told before handing anything in, and what must be sealed with it.
    package struct Request: Sendable {
        package let deposit: Deposit
        /// The account's name.
        package let account: String
        package let provider: Provider
        package let installation: String
        /// What to seal to.
        package let key: DepositPublicKey
    }

    /// What a ticket asks for.
    package func request(
        of ticket: DepositTicket, from address: String?, at now: Instant
    ) async throws -> Request {
        let (deposit, caller) = try await open(ticket, from: address, at: now)
        return try await store.read(by: caller, needing: Permission.credentialsWrite, "deposit.received", at: now) {
            records in
            guard let provider = try records.provider(deposit.provider),
                let account = try records.owner(.account(deposit.account)),
                let key = try records.depositKeys().last(where: { $0.opensUntil == nil })
            else { throw Refusal.notFound("invitation") }
            return Request(
                deposit: deposit, account: account.name, provider: provider,
                installation: try records.installation(), key: key.publicKey)
        }
    }

    /// Opens what was handed in, checks it and stores it, all or nothing. Whatever is no such key is counted; after
    /// ``Deposit/mostTries`` of them the invitation takes none any more.
    package func receive(
        _ sealed: SealedDeposit, for ticket: DepositTicket, from address: String?, at now: Instant
    ) async throws -> Deposit.Receipt {
        let (deposit, caller) = try await open(ticket, from: address, at: now)
        let value: HeldValue
        do {
            value = try await opened(sealed, for: deposit, by: caller, at: now)
        } catch let refusal as Refusal {
            try await count(refusal, of: deposit, by: caller, at: now)
            throw refusal
        }
        let receiving = JoinedAct("deposit.received") { records, note, credential in
            try Self.receive(deposit.id, as: credential, records, &note, at: now)
        }
        let credential = try await store(value, for: deposit, by: caller, at: now, joining: receiving)
        guard let receipt = Self.receipt(of: credential, at: now) else {
            throw StorageFailure.unreadable("version that was made")
        }
        return receipt
    }

    /// The invitation of a ticket, if it takes a key, and the caller that the ticket makes of whoever shows it.
    private func open(
        _ ticket: DepositTicket, from address: String?, at now: Instant
    ) async throws -> (Deposit, Caller) {
        guard let deposit = try await tickets.deposit(ofTicket: ticket.digest) else {
            throw Refusal.notFound("invitation")
        }
        try deposit.requireOpen(at: now)
        return (deposit, .depositing(under: deposit.id, of: deposit.account, from: address))
    }

    private func opened(
        _ sealed: SealedDeposit, for deposit: Deposit, by caller: Caller, at now: Instant
    ) async throws -> HeldValue {
        let (stored, provider, installation) = try await store.read(
            by: caller, needing: Permission.credentialsWrite, "deposit.received", at: now
        ) { records in
            let stored = try records.depositKeys().first { $0.id == sealed.key && $0.opens(at: now) }
            return (stored, try records.provider(deposit.provider), try records.installation())
        }
        guard let provider else { throw Refusal.notFound("provider") }
        guard let stored else {
            throw Refusal.conflict(
                detail: "It was sealed to a key that is not in use.", fix: "Open the invitation again, then hand it in."
            )
        }
        let place = DepositPlace(
            installation: installation, deposit: deposit.id.description, account: deposit.account.description,
            provider: deposit.provider, parts: sealed.parts)
        let key = try stored.opened(with: vault)
        // One text has no length before it, whatever the provider calls it.
        guard sealed.parts != [NamedPart.whole], let plain = try? key.open(sealed.bytes, for: place),
            plain.count <= Credentials.longestValue + 4 * sealed.parts.count,
            let value = try? HeldValue(opened: plain, parts: sealed.parts)
        else {
            throw Refusal.invalid(
                pointer: "/deposit/sealed", detail: "It does not open: it was altered, or sealed for something else.",
                fix: "Open the invitation again, then hand it in.")
        }
        try Self.check(value, of: provider)
        return value
    }

    /// As any value is checked; only that what is wrong stands elsewhere in what was sent.
    private static func check(_ value: borrowing HeldValue, of provider: Provider) throws(Refusal) {
        do throws(Refusal) {
            try ValueRules(provider).check(value)
        } catch {
            guard case .invalid(_, let detail, let fix) = error else { throw error }
            throw .invalid(pointer: "/deposit/sealed", detail: detail, fix: fix)
        }
    }

    /// A value of a new credential, or a new version of one that is there.
    private func store(
        _ value: borrowing HeldValue, for deposit: Deposit, by caller: Caller, at now: Instant, joining act: JoinedAct
    ) async throws -> Credential {
        switch deposit.target {
        case .newCredential:
            var draft = CredentialDraft(account: deposit.account, provider: deposit.provider, name: deposit.name)
            draft.settings = deposit.settings
            draft.cameSealed = true
            return try await credentials.hold(by: caller, draft, value: value, at: now, joining: act)
        case .version(let credential, let isPending):
            var draft = VersionDraft()
            draft.isPending = isPending
            draft.cameSealed = true
            return try await credentials.replace(
                by: caller, credential, draft, value: value, ifRevision: nil, at: now, joining: act)
        }
    }

    /// In the change that stores the value: another one may have been handed in meanwhile.
    private static func receive(
        _ id: DepositID, as credential: Credential, _ records: any CredentialRecords, _ note: inout EventNote,
        at now: Instant
    ) throws {
        guard var deposit = try records.deposit(id) else { throw Refusal.notFound("invitation") }
        try deposit.requireOpen(at: now)
        deposit.state = .received
        deposit.receipt = receipt(of: credential, at: now)
        deposit.updatedAt = now
        deposit.revision += 1
        try records.update(deposit)
        note.details.append(.init("deposit", id.description))
    }

    private static func receipt(of credential: Credential, at now: Instant) -> Deposit.Receipt? {
        credential.versions.max { $0.number < $1.number }.map { version in
            Deposit.Receipt(credential: credential.id, version: version.id, fingerprint: version.fingerprint, at: now)
        }
    }

    private func count(_ refusal: Refusal, of deposit: Deposit, by caller: Caller, at now: Instant) async throws {
        try await store.change(by: caller, needing: Permission.credentialsWrite, "deposit.received", at: now) {
            records, note in
            note.subject = deposit.id.description
            note.account = deposit.account
            note.outcome = .refused
            guard var found = try records.deposit(deposit.id), found.state == .open else { return }
            found.tries += 1
            if found.tries >= Deposit.mostTries { found.state = .exhausted }
            found.updatedAt = now
            found.revision += 1
            note.details.append(.init("tries", String(found.tries)))
            try records.update(found)
        }
    }
}
