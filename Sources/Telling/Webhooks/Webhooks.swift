// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// Webhooks: make, read, change, turn off and on, rotate their secrets, remove.
///
/// Who may change one must be allowed to read events too, because a webhook carries them.
package struct Webhooks: Sendable {
    let store: any Store<any WebhookRecords>
    let keyring: Keyring
    let random: Randomness

    /// How many there may be in all, and of one account.
    package static let most = 1000
    package static let mostOfAccount = 50
    /// How many secrets of one webhook may sign at a time.
    static let mostSecrets = 3

    /// Over a store, a keyring that seals the secrets, and a source of randomness.
    package init(store: any Store<any WebhookRecords>, keyring: Keyring, random: Randomness) {
        self.store = store
        self.keyring = keyring
        self.random = random
    }

    /// Makes a webhook. It is told of what happens from now on.
    package func create(
        by caller: Caller, _ draft: WebhookDraft, at now: Instant, keeping answer: Answering<MadeWebhook>? = nil
    ) async throws -> MadeWebhook {
        var source = random
        let id = WebhookID(at: now, using: &source)
        let (secret, shown) = WebhookSecret.make(draft.signing, for: id, number: 1, at: now, keyring, using: &source)
        return try await store.change(
            by: caller, needing: Permission.settingsWrite, "webhook.create", at: now, keeping: answer
        ) { records, note in
            (note.subject, note.account) = (id.description, draft.account)
            try Self.check(draft.account, for: caller, records)
            let webhook = Webhook(
                id: id, account: draft.account, name: draft.name, url: draft.url,
                certificateAuthority: draft.certificateAuthority, types: draft.types, signing: draft.signing,
                secrets: [secret], position: try records.newestEvent(), createdAt: now, updatedAt: now, revision: 1)
            try records.insert(webhook)
            note.details += webhook.details
            return MadeWebhook(webhook: webhook, secret: shown)
        }
    }

    private static func check(_ account: AccountID?, for caller: Caller, _ records: any WebhookRecords) throws {
        try mayReadEvents(caller)
        if let account {
            guard caller.sees(account), try records.owner(.account(account)) != nil else {
                throw Refusal.invalid(
                    pointer: "/account", detail: "There is no such account.", fix: "Give the id of an account.")
            }
        } else if caller.accounts != nil {
            throw Refusal.invalid(
                pointer: "/account", detail: "A key bound to accounts can make webhooks of these accounts only.",
                fix: "Name one of the key's accounts.")
        }
        let isFull = try records.webhookCount(of: nil) >= most
        let isFullHere = try account.map { try records.webhookCount(of: $0) >= mostOfAccount } ?? false
        guard !isFull, !isFullHere else {
            throw Refusal.conflict(
                detail: isFull ? "There are \(most) webhooks." : "The account has \(mostOfAccount) webhooks.",
                fix: "Remove one that is not needed.")
        }
    }

    static func mayReadEvents(_ caller: Caller) throws {
        guard caller.scopes.covers(Permission.eventsRead) else {
            throw Refusal.wouldEscalate(
                pointer: "", detail: "A webhook carries events, and the caller may not read them (events:read).")
        }
    }

    /// One webhook.
    package func find(by caller: Caller, _ id: WebhookID, at now: Instant) async throws -> Webhook {
        try await store.read(by: caller, needing: Permission.settingsRead, "webhook.read", at: now) { records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of webhooks.
    package func list(
        by caller: Caller, _ filter: WebhookFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Webhook> {
        try await store.read(by: caller, needing: Permission.settingsRead, "webhook.list", at: now) { records in
            let rows = try records.webhooks(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Changes where it is told, and of what.
    package func change(
        by caller: Caller, _ id: WebhookID, _ patch: WebhookPatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Webhook {
        try await edit(by: caller, id, "webhook.update", ifRevision: revision, at: now) { webhook, _, note in
            webhook.url = patch.url.applied(to: webhook.url) ?? webhook.url
            webhook.name = patch.name.applied(to: webhook.name) ?? webhook.name
            webhook.types = patch.types.applied(to: webhook.types) ?? webhook.types
            webhook.certificateAuthority = patch.certificateAuthority.applied(to: webhook.certificateAuthority)
            note.details += webhook.details
        }
    }

    /// Tells it nothing more until it is enabled again.
    package func disable(by caller: Caller, _ id: WebhookID, at now: Instant) async throws -> Webhook {
        try await edit(by: caller, id, "webhook.disable", at: now) { webhook, _, note in
            note.details.append(.init("reason", Webhook.Ending.byHand.rawValue))
            guard webhook.state == .active else { return }
            (webhook.state, webhook.ending, webhook.disabledAt) = (.disabled, .byHand, now)
        }
    }

    /// Tells it again, from where it stopped; or of what happens from now on.
    package func enable(
        by caller: Caller, _ id: WebhookID, skippingMissed: Bool, at now: Instant
    ) async throws -> Webhook {
        try await edit(by: caller, id, "webhook.enable", at: now) { webhook, records, note in
            note.details.append(.init("skip_missed", String(skippingMissed)))
            (webhook.state, webhook.ending, webhook.disabledAt, webhook.failingSince) = (.active, nil, nil, nil)
            if skippingMissed { webhook.position = try records.newestEvent() }
            _ = try records.makeDue(.waiting, of: id, at: now)
        }
    }

    /// Gives it a new secret. Until the overlap ends, messages are signed with the old one too.
    package func rotate(
        by caller: Caller, _ id: WebhookID, overlap: Length, ifRevision revision: Int64?, at now: Instant,
        keeping answer: Answering<MadeWebhook>? = nil
    ) async throws -> MadeWebhook {
        try await editing(by: caller, id, "webhook.rotate", ifRevision: revision, at: now, keeping: answer) {
            [keyring, random] webhook, _, note in
            var source = random
            let number = (webhook.secrets.map(\.number).max() ?? 0) + 1
            let (made, shown) = WebhookSecret.make(
                webhook.signing, for: id, number: number, at: now, keyring, using: &source)
            let end = now + overlap
            let kept = webhook.secrets.map { secret in
                var secret = secret
                secret.endsAt = min(secret.endsAt ?? end, end)
                return secret
            }
            webhook.secrets = kept.filter { $0.endsAt.map { $0 > now } ?? true }.suffix(Self.mostSecrets - 1) + [made]
            note.details += [.init("overlap", overlap.description)]
            return { MadeWebhook(webhook: $0, secret: shown) }
        }
    }

    /// Removes it for good, with its secrets and its list of deliveries.
    package func remove(by caller: Caller, _ id: WebhookID, at now: Instant) async throws -> Webhook {
        try await store.change(by: caller, needing: Permission.settingsWrite, "webhook.remove", at: now) {
            records, note in
            note.subject = id.description
            let webhook = try Self.visible(id, to: caller, records)
            (note.account, note.details) = (webhook.account, webhook.details)
            try records.remove(id)
            return webhook
        }
    }

    static func visible(_ id: WebhookID, to caller: Caller, _ records: any WebhookRecords) throws -> Webhook {
        guard let webhook = try records.webhook(id), webhook.account.map(caller.sees) ?? (caller.accounts == nil)
        else { throw Refusal.notFound("webhook") }
        return webhook
    }
}

/// The one way in which a webhook is changed.
extension Webhooks {
    typealias Edit<Made> =
        @Sendable (inout Webhook, any WebhookRecords, inout EventNote) throws -> (@Sendable (Webhook) -> Made)

    func edit(
        by caller: Caller, _ id: WebhookID, _ action: String, ifRevision revision: Int64? = nil, at now: Instant,
        _ body: @escaping @Sendable (inout Webhook, any WebhookRecords, inout EventNote) throws -> Void
    ) async throws -> Webhook {
        try await editing(by: caller, id, action, ifRevision: revision, at: now, keeping: nil) {
            webhook, records, note in
            try body(&webhook, records, &note)
            return { $0 }
        }
    }

    func editing<Made: Sendable>(
        by caller: Caller, _ id: WebhookID, _ action: String, ifRevision revision: Int64?, at now: Instant,
        keeping answer: Answering<Made>?, _ body: @escaping Edit<Made>
    ) async throws -> Made {
        try await store.change(by: caller, needing: Permission.settingsWrite, action, at: now, keeping: answer) {
            records, note in
            note.subject = id.description
            try Self.mayReadEvents(caller)
            var webhook = try Self.visible(id, to: caller, records)
            if let revision, revision != webhook.revision {
                throw Refusal.changedMeanwhile(revision: webhook.revision)
            }
            note.account = webhook.account
            let made = try body(&webhook, records, &note)
            webhook.updatedAt = now
            webhook.revision += 1
            try records.update(webhook)
            return made(webhook)
        }
    }

    func reading<Result: Sendable>(
        by caller: Caller, _ id: WebhookID, _ action: String, at now: Instant,
        _ body: @escaping @Sendable (Webhook, any WebhookRecords) throws -> Result
    ) async throws -> Result {
        try await store.read(by: caller, needing: Permission.settingsRead, action, at: now) { records in
            try body(try Self.visible(id, to: caller, records), records)
        }
    }
}

extension Webhook {
    /// What the trail keeps of it: the host it is told at, never the path.
    fileprivate var details: [Event.Detail] {
        [
            .init("name", name), .init("origin", origin), .init("signing", signing.rawValue),
            .init("types", types.map(\.description).joined(separator: " ")),
        ]
    }
}
