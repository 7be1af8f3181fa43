// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Metering
import Wire

/// An integration with what is not its own: what is left of its budget, and when it was last called through.
struct IntegrationView: Sendable {
    let integration: Integration
    let balance: Balance?
    let lastUsedAt: Instant?
}

extension Call {
    /// Completes integrations for showing. Read as the program itself: whoever may see one may see this of it.
    func views(_ integrations: [Integration]) async throws -> [IntegrationView] {
        let balances = try await ports.balances(of: integrations.map(\.budget), at: now)
        let uses = try await ports.heldUses.lastUses(by: .setup, of: integrations.map(\.id), at: now)
        return zip(integrations, balances).map { integration, balance in
            IntegrationView(integration: integration, balance: balance, lastUsedAt: uses[integration.id])
        }
    }

    /// One, with calls that are counted and not stored yet.
    func answer(_ integration: Integration) async throws -> Answer {
        let view = try await views([integration])[0]
        return .one(revision: integration.revision) { $0.members(of: view) }
    }
}

extension Integration {
    /// Its own budget, if it has one.
    var budget: HeldBudget? { quota.map { HeldBudget(Budget(subject: Subject(id), quota: $0), in: account) } }
}

extension JSONWriter {
    /// An integration as it is shown.
    mutating func members(of view: IntegrationView) {
        let integration = view.integration
        text("id", integration.id)
        member("name", integration.name)
        text("app", integration.app)
        text("account", integration.account)
        text("credential", integration.credential)
        member("allow", integration.allow)
        member("limits", integration.limits)
        member("quota", integration.quota, view.balance)
        member("reveal", integration.reveals)
        member("care", integration.care)
        text("expires_at", integration.expiresAt)
        member("state", integration.state.rawValue)
        text("last_used_at", view.lastUsedAt)
        text("created_at", integration.createdAt)
        text("updated_at", integration.updatedAt)
    }
}
