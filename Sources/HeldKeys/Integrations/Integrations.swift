// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is given to make an integration.
package struct IntegrationDraft: Equatable, Sendable {
    package var name: String
    package var app: AppID
    package var credential: CredentialID
    package var allow: [LendRule]
    package var limits: [Limit] = []
    package var quota: Quota? = nil
    package var reveals = false
    package var care = LendCare()
    package var expiresAt: Instant?

    /// A draft.
    package init(name: String, app: AppID, credential: CredentialID, allow: [LendRule], expiresAt: Instant? = nil) {
        self.name = name
        self.app = app
        self.credential = credential
        self.allow = allow
        self.expiresAt = expiresAt
    }
}

/// What may be changed of an integration.
package struct IntegrationPatch: Equatable, Sendable {
    package var allow: Patch<[LendRule]> = .keep
    package var limits: Patch<[Limit]> = .keep
    package var quota: Patch<Quota> = .keep
    package var reveals: Patch<Bool> = .keep
    package var care: Patch<LendCare> = .keep
    package var expiresAt: Patch<Instant> = .keep

    /// A patch that changes nothing.
    package init() {}
}

/// Integrations: grant, read, change, pause, resume, revoke.
package struct Integrations: Sendable {
    private let store: any Store<any CredentialRecords>
    private let random: Randomness

    /// Over a store and a source of randomness.
    package init(store: any Store<any CredentialRecords>, random: Randomness) {
        self.store = store
        self.random = random
    }

    /// Lets an app use a credential of its own account.
    package func grant(
        by caller: Caller, _ draft: IntegrationDraft, at now: Instant, keeping answer: Answering<Integration>? = nil
    ) async throws -> Integration {
        var source = random
        let id = IntegrationID(at: now, using: &source)
        return try await store.change(
            by: caller, needing: Permission.integrationsWrite, "integration.create", at: now, keeping: answer
        ) { records, note in
            note.subject = id.description
            note.details.append(.init("name", draft.name))
            try Integration.check(draft.limits)
            guard let app = try records.owner(.app(draft.app)), caller.sees(app.account) else {
                throw Refusal.invalid(pointer: "/app", detail: "There is no such app.", fix: "Give the id of an app.")
            }
            note.account = app.account
            guard let credential = try records.credential(draft.credential), credential.account == app.account else {
                throw Refusal.invalid(
                    pointer: "/credential", detail: "The app's account has no such credential.",
                    fix: "Give the id of a credential of the same account.")
            }
            var integration = Integration(
                id: id, name: draft.name, app: draft.app, account: app.account, credential: credential.id,
                allow: draft.allow, expiresAt: draft.expiresAt, state: .active, createdAt: now, updatedAt: now,
                revision: 1)
            integration.limits = draft.limits
            integration.quota = draft.quota
            try Self.checkReveals(draft.reveals, by: caller)
            integration.reveals = draft.reveals
            integration.care = draft.care
            try records.insert(integration)
            note.details.append(.init("app", draft.app.description))
            note.details.append(.init("credential", credential.id.description))
            note.details.append(.init("allow", Self.text(draft.allow)))
            return integration
        }
    }

    /// Nobody lets an app see a value that they may not see themselves.
    private static func checkReveals(_ reveals: Bool, by caller: Caller) throws {
        guard !reveals || caller.scopes.covers(Permission.credentialsReveal) else {
            throw Refusal.wouldEscalate(
                pointer: "/reveal", detail: "The app would see the value, and the caller may not.")
        }
    }

    private static func text(_ rules: [LendRule]) -> String {
        rules.map { rule in
            let query = rule.query.map {
                "?" + $0.map { String(decoding: $0.name, as: UTF8.self) }.joined(separator: "&")
            }
            return rule.route.shownMethods.joined(separator: ",") + " " + rule.route.path + (query ?? "")
        }.joined(separator: "; ")
    }

    /// One integration.
    package func find(by caller: Caller, _ id: IntegrationID, at now: Instant) async throws -> Integration {
        try await store.read(by: caller, needing: Permission.integrationsRead, "integration.read", at: now) { records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of integrations.
    package func list(
        by caller: Caller, _ filter: IntegrationFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Integration> {
        try await store.read(by: caller, needing: Permission.integrationsRead, "integration.list", at: now) { records in
            let rows = try records.integrations(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Changes what an integration allows.
    package func change(
        by caller: Caller, _ id: IntegrationID, _ patch: IntegrationPatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Integration {
        try await edit(by: caller, id, "integration.update", ifRevision: revision, at: now) { integration, note in
            integration.allow = patch.allow.applied(to: integration.allow) ?? integration.allow
            integration.limits = patch.limits.applied(to: integration.limits) ?? []
            try Integration.check(integration.limits)
            integration.quota = patch.quota.applied(to: integration.quota)
            if patch.reveals == .set(true), !integration.reveals { try Self.checkReveals(true, by: caller) }
            integration.reveals = patch.reveals.applied(to: integration.reveals) ?? false
            integration.care = patch.care.applied(to: integration.care) ?? LendCare()
            integration.expiresAt = patch.expiresAt.applied(to: integration.expiresAt)
            note.details.append(.init("allow", Self.text(integration.allow)))
        }
    }

    /// Stops lending until resumed.
    package func pause(by caller: Caller, _ id: IntegrationID, at now: Instant) async throws -> Integration {
        try await edit(by: caller, id, "integration.pause", ifRevision: nil, at: now) { integration, _ in
            integration.state = .paused
        }
    }

    /// Lends again.
    package func resume(by caller: Caller, _ id: IntegrationID, at now: Instant) async throws -> Integration {
        try await edit(by: caller, id, "integration.resume", ifRevision: nil, at: now) { integration, _ in
            integration.state = .active
        }
    }

    /// Ends lending for good. When this returns no further call goes out. Revoking twice is the same as once.
    package func revoke(by caller: Caller, _ id: IntegrationID, at now: Instant) async throws -> Integration {
        try await edit(by: caller, id, "integration.revoke", ifRevision: nil, at: now, evenIfRevoked: true) {
            integration, _ in
            integration.state = .revoked
        }
    }

    private func edit(
        by caller: Caller, _ id: IntegrationID, _ action: String, ifRevision revision: Int64?, at now: Instant,
        evenIfRevoked: Bool = false, _ body: @escaping @Sendable (inout Integration, inout EventNote) throws -> Void
    ) async throws -> Integration {
        try await store.change(by: caller, needing: Permission.integrationsWrite, action, at: now) { records, note in
            note.subject = id.description
            var integration = try Self.visible(id, to: caller, records)
            if let revision, revision != integration.revision {
                throw Refusal.changedMeanwhile(revision: integration.revision)
            }
            note.account = integration.account
            guard evenIfRevoked || integration.state != .revoked else {
                throw Refusal.conflict(
                    detail: "The integration is revoked, which is final.", fix: "Make a new integration.")
            }
            try body(&integration, &note)
            integration.updatedAt = now
            integration.revision += 1
            try records.update(integration)
            return integration
        }
    }

    private static func visible(
        _ id: IntegrationID, to caller: Caller, _ records: any CredentialRecords
    ) throws -> Integration {
        guard let integration = try records.integration(id), caller.sees(integration.account) else {
            throw Refusal.notFound("integration")
        }
        return integration
    }
}
