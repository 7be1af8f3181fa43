// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers of counted lent calls.
package protocol HeldUseRecords: CredentialRecords {
    /// Calls by version and key, the latest first.
    func parts(of integration: IntegrationID) throws -> [HeldUse.Part]
    /// Where calls came from, the most calls first.
    func places(of integration: IntegrationID, limit: Int) throws -> [HeldUse.Place]
    /// Calls by step of time and how they ended, oldest first; steps that reach into the time from `from` until before
    /// `to`.
    func steps(of integration: IntegrationID, _ step: LendStep, from: Instant, to: Instant) throws -> [LendStepRow]
    /// When each of these integrations was last called through; those that never were are absent.
    func lastUses(of integrations: [IntegrationID]) throws -> [IntegrationID: Instant]
    /// When each version of a credential was last carried.
    func lastUses(ofVersionsOf credential: CredentialID) throws -> [VersionID: Instant]
}

/// Who can use what is held, and who did.
package struct HeldUses: Sendable {
    private let store: any Store<any HeldUseRecords>

    /// Over a store.
    package init(store: any Store<any HeldUseRecords>) { self.store = store }

    /// The integrations that may use a credential, in the order of their ids, with what came of it.
    package func ofCredential(
        by caller: Caller, _ id: CredentialID, _ page: Page, at now: Instant
    ) async throws -> PageItems<HeldUse> {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.uses", at: now) { records in
            guard let credential = try records.credential(id), caller.sees(credential.account) else {
                throw Refusal.notFound("credential")
            }
            var filter = IntegrationFilter()
            filter.credential = id
            return try Self.uses(filter, by: caller, page, records)
        }
    }

    /// The integrations of an app, in the order of their ids, with what came of it.
    package func ofApp(
        by caller: Caller, _ id: AppID, _ page: Page, at now: Instant
    ) async throws -> PageItems<HeldUse> {
        try await store.read(by: caller, needing: Permission.integrationsRead, "app.held", at: now) { records in
            guard let app = try records.owner(.app(id)), caller.sees(app.account) else { throw Refusal.notFound("app") }
            var filter = IntegrationFilter()
            filter.app = id
            return try Self.uses(filter, by: caller, page, records)
        }
    }

    /// Calls through one integration over time.
    package func ofIntegration(
        by caller: Caller, _ id: IntegrationID, _ step: LendStep, from: Instant, to: Instant, at now: Instant
    ) async throws -> [LendStepRow] {
        try await store.read(by: caller, needing: Permission.usageRead, "integration.uses", at: now) { records in
            guard let integration = try records.integration(id), caller.sees(integration.account) else {
                throw Refusal.notFound("integration")
            }
            return try records.steps(of: id, step, from: from, to: to)
        }
    }

    /// When each of these integrations was last called through.
    package func lastUses(
        by caller: Caller, of integrations: [IntegrationID], at now: Instant
    ) async throws -> [IntegrationID: Instant] {
        try await store.read(by: caller, needing: Permission.integrationsRead, "integration.last_uses", at: now) {
            try $0.lastUses(of: integrations)
        }
    }

    /// When versions of these credentials were last carried by a call; those that never were are absent.
    package func lastUses(
        by caller: Caller, ofVersionsOf credentials: [CredentialID], at now: Instant
    ) async throws -> [VersionID: Instant] {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.last_uses", at: now) {
            records in
            var found: [VersionID: Instant] = [:]
            for credential in credentials {
                found.merge(try records.lastUses(ofVersionsOf: credential)) { first, _ in first }
            }
            return found
        }
    }

    private static func uses(
        _ filter: IntegrationFilter, by caller: Caller, _ page: Page, _ records: any HeldUseRecords
    ) throws -> PageItems<HeldUse> {
        let rows = try records.integrations(
            filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
        let found = PageItems(rows, limit: page.limit) { $0.id.description }
        return PageItems(items: try found.items.compactMap { try use($0, records) }, next: found.next)
    }

    private static func use(_ integration: Integration, _ records: any HeldUseRecords) throws -> HeldUse? {
        guard let credential = try records.credential(integration.credential) else { return nil }
        var use = HeldUse(
            integration: integration, appName: try records.owner(.app(integration.app))?.name ?? "",
            credential: credential)
        use.parts = try records.parts(of: integration.id)
        use.addresses = try records.places(of: integration.id, limit: HeldUse.addressesAtMost)
        for part in use.parts {
            var sum = use.sum ?? LendSum()
            sum.add(part.sum)
            use.sum = sum
        }
        return use
    }
}
