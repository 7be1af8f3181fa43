// SPDX-License-Identifier: Apache-2.0
package import Access

/// Who has seen which value.
package struct Exposures: Sendable {
    private let store: any Store<any CredentialRecords>

    /// Over a store.
    package init(store: any Store<any CredentialRecords>) { self.store = store }

    /// A page of exposures, the oldest first.
    package func list(
        by caller: Caller, _ filter: ExposureFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Exposure> {
        try await store.read(by: caller, needing: Permission.credentialsRead, "exposure.list", at: now) { records in
            let rows = try records.exposures(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// Writes one down within a change, and says so in the change's event.
    package static func note(
        _ exposure: Exposure, in records: any ExposureRecords, _ note: inout EventNote
    ) throws {
        try records.insert(exposure)
        note.details.append(.init("exposure", exposure.id.description))
        if let user = exposure.user { note.details.append(.init("user", user.description)) }
        if let app = exposure.app { note.details.append(.init("app", app.description)) }
    }
}
