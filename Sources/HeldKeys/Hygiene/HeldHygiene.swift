// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers to look for what should not stay as it is.
package protocol HeldHygieneRecords: HeldUseRecords {
    /// Integrations that may be findings of a kind, in the order of their ids; only those in `visible` accounts (nil
    /// for all). None for kinds about credentials.
    func integrations(
        for kind: HeldHygieneKind, of account: AccountID?, visible: Set<AccountID>?, _ page: Page, at now: Instant
    ) throws -> [Integration]
    /// The same for kinds about credentials.
    func credentials(
        for kind: HeldHygieneKind, of account: AccountID?, visible: Set<AccountID>?, _ page: Page, at now: Instant
    ) throws -> [Credential]
    /// Those rules of an integration that allowed a call after a moment.
    func rulesUsed(of integration: Integration, since moment: Instant) throws -> [LendRule]
}

/// Looks for credentials and integrations that should not stay as they are.
package struct HeldHygiene: Sendable {
    private let store: any Store<any HeldHygieneRecords>

    /// Over a store.
    package init(store: any Store<any HeldHygieneRecords>) { self.store = store }

    /// A page of findings of one kind, in the order of their subjects' ids. A page may hold fewer than its limit.
    package func list(
        by caller: Caller, _ kind: HeldHygieneKind, of account: AccountID?, _ page: Page, at now: Instant
    ) async throws -> PageItems<HeldFinding> {
        try await store.read(by: caller, needing: kind.permission, "hygiene.list", at: now) { records in
            let rules = HeldHygieneRules(records: records, now: now)
            let longer = Page(after: page.after, limit: page.limit + 1)
            let visible = caller.accounts
            let integrations = PageItems(
                try records.integrations(for: kind, of: account, visible: visible, longer, at: now), limit: page.limit
            ) { $0.id.description }
            let credentials = PageItems(
                try records.credentials(for: kind, of: account, visible: visible, longer, at: now), limit: page.limit
            ) { $0.id.description }
            let found =
                try integrations.items.compactMap { try rules.finding(kind, $0) }
                + credentials.items.compactMap { try rules.finding(kind, $0) }
            return PageItems(items: found, next: integrations.next ?? credentials.next)
        }
    }

    /// The finding of that kind about that subject, if it still is one.
    package func find(
        by caller: Caller, _ kind: HeldHygieneKind, _ subject: HeldSubject, at now: Instant
    ) async throws -> HeldFinding {
        try await store.read(by: caller, needing: kind.permission, "hygiene.find", at: now) { records in
            let rules = HeldHygieneRules(records: records, now: now)
            let found: HeldFinding?
            switch subject {
            case .integration(let id):
                let integration = try records.integration(id).flatMap { caller.sees($0.account) ? $0 : nil }
                found = try integration.flatMap { try rules.finding(kind, $0) }
            case .credential(let id):
                let credential = try records.credential(id).flatMap { caller.sees($0.account) ? $0 : nil }
                found = try credential.flatMap { try rules.finding(kind, $0) }
            }
            guard let found else { throw Refusal.notFound("finding") }
            return found
        }
    }
}

/// Decides what is to be said of one integration or credential. The candidates that it is given were found by the same
/// terms in SQL, which cannot see everything.
struct HeldHygieneRules {
    let records: any HeldHygieneRecords
    let now: Instant

    private var idleSince: Instant { now - HeldHygieneTerms.idle }

    func finding(_ kind: HeldHygieneKind, _ integration: Integration) throws -> HeldFinding? {
        guard integration.state == .active, integration.expiresAt.map({ $0 > now }) ?? true else { return nil }
        switch kind {
        case .integrationUnused: return try unused(integration)
        case .integrationWiderThanUse: return try wide(integration)
        case .credentialExpiring, .credentialUnused, .credentialWithoutIntegration: return nil
        }
    }

    func finding(_ kind: HeldHygieneKind, _ credential: Credential) throws -> HeldFinding? {
        guard let current = credential.current else { return nil }
        switch kind {
        case .credentialExpiring: return try expiring(credential, current)
        case .credentialUnused: return try unused(credential)
        case .credentialWithoutIntegration: return try lonely(credential)
        case .integrationUnused, .integrationWiderThanUse: return nil
        }
    }

    private func unused(_ integration: Integration) throws -> HeldFinding? {
        let last = try records.lastUses(of: [integration.id])[integration.id]
        guard integration.createdAt <= idleSince, last ?? integration.createdAt <= idleSince else { return nil }
        return HeldFinding(
            kind: .integrationUnused, subject: .integration(integration.id), name: integration.name,
            account: integration.account, since: last ?? integration.createdAt,
            detail: (last.map { "It was last called through at \($0)." } ?? "Nobody ever called through it.")
                + " Paused, it can be resumed.",
            fix: .pause(integration.id))
    }

    private func wide(_ integration: Integration) throws -> HeldFinding? {
        let parts = try records.parts(of: integration.id)
        guard integration.updatedAt <= idleSince, let first = parts.map(\.sum.firstAt).min(), first <= idleSince,
            parts.contains(where: { $0.sum.lastAt > idleSince })
        else { return nil }
        let used = try records.rulesUsed(of: integration, since: idleSince)
        let idle = integration.allow.filter { !used.contains($0) }
        guard !used.isEmpty, !idle.isEmpty else { return nil }
        let texts = idle.prefix(5).map { "\($0.route.shownMethods.joined(separator: ",")) \($0.route.path)" }
        return HeldFinding(
            kind: .integrationWiderThanUse, subject: .integration(integration.id), name: integration.name,
            account: integration.account, since: max(first, integration.updatedAt),
            detail: "In \(HeldHygieneTerms.idle) of use no call needed \(texts.joined(separator: "; "))"
                + (idle.count > 5 ? " and \(idle.count - 5) more." : "."),
            fix: .narrow(integration.id, to: used))
    }

    private func expiring(_ credential: Credential, _ current: CredentialVersion) throws -> HeldFinding? {
        guard let end = current.expiresAt, end <= now + HeldHygieneTerms.expiring,
            let last = try records.lastUses(ofVersionsOf: credential.id)[current.id], last > idleSince
        else { return nil }
        return HeldFinding(
            kind: .credentialExpiring, subject: .credential(credential.id), name: credential.name,
            account: credential.account,
            since: end - HeldHygieneTerms.expiring,
            detail: "Version \(current.number) stops at \(end), and was used at \(last). Put in a new value before.",
            fix: nil)
    }

    private func unused(_ credential: Credential) throws -> HeldFinding? {
        let last = try records.lastUses(ofVersionsOf: credential.id).values.max()
        guard credential.createdAt <= idleSince, last ?? credential.createdAt <= idleSince,
            try inForce(credential).isEmpty == false
        else { return nil }
        return HeldFinding(
            kind: .credentialUnused, subject: .credential(credential.id), name: credential.name,
            account: credential.account, since: last ?? credential.createdAt,
            detail: last.map { "No call carried it since \($0)." } ?? "No call ever carried it.",
            fix: .delete(credential.id))
    }

    private func lonely(_ credential: Credential) throws -> HeldFinding? {
        guard credential.createdAt + HeldHygieneTerms.lonely <= now, try inForce(credential).isEmpty else { return nil }
        let last = try records.lastUses(ofVersionsOf: credential.id).values.max()
        return HeldFinding(
            kind: .credentialWithoutIntegration, subject: .credential(credential.id), name: credential.name,
            account: credential.account, since: last ?? credential.createdAt,
            detail: "No integration in force may use it.", fix: .delete(credential.id))
    }

    /// One integration at most: whether there is any that is not revoked.
    private func inForce(_ credential: Credential) throws -> [Integration] {
        for state in [Integration.State.active, .paused] {
            var filter = IntegrationFilter()
            filter.credential = credential.id
            filter.state = state
            let found = try records.integrations(filter, visible: nil, Page(after: nil, limit: 1))
            if !found.isEmpty { return found }
        }
        return []
    }
}
