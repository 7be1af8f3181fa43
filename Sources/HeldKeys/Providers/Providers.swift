// SPDX-License-Identifier: Apache-2.0
package import Access

/// Providers: describe, read.
package struct Providers: Sendable {
    private let store: any Store<any CredentialRecords>

    /// Over a store.
    package init(store: any Store<any CredentialRecords>) { self.store = store }

    /// Describes a provider, new or anew. The next lent call uses what it says.
    package func put(
        by caller: Caller, _ provider: Provider, ifRevision revision: Int64?, at now: Instant
    ) async throws -> (provider: Provider, isNew: Bool) {
        try await store.change(by: caller, needing: Permission.settingsWrite, "provider.put", at: now) {
            records, note in
            note.subject = provider.name
            guard caller.accounts == nil else {
                throw Refusal.wouldEscalate(pointer: "", detail: "A key bound to accounts cannot describe providers.")
            }
            let existing = try records.provider(provider.name)
            if let revision, revision != existing?.revision {
                throw Refusal.changedMeanwhile(revision: existing?.revision ?? 0)
            }
            var written = provider
            written.createdAt = existing?.createdAt ?? now
            written.updatedAt = now
            written.revision = (existing?.revision ?? 0) + 1
            try records.put(written)
            note.details.append(.init("origins", provider.origins.map(\.text).joined(separator: " ")))
            return (written, existing == nil)
        }
    }

    /// One provider.
    package func find(by caller: Caller, _ name: String, at now: Instant) async throws -> Provider {
        try await store.read(by: caller, needing: Permission.settingsRead, "provider.read", at: now) { records in
            guard let provider = try records.provider(name) else { throw Refusal.notFound("provider") }
            return provider
        }
    }

    /// A page of providers.
    package func list(by caller: Caller, _ page: Page, at now: Instant) async throws -> PageItems<Provider> {
        try await store.read(by: caller, needing: Permission.settingsRead, "provider.list", at: now) { records in
            PageItems(
                try records.providers(Page(after: page.after, limit: page.limit + 1)), limit: page.limit, id: \.name)
        }
    }
}
