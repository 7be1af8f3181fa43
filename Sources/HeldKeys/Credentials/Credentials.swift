// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// Credentials: hold, read what is not secret, replace, roll back, delete, reveal. Each act stands in a file of its own.
package struct Credentials: Sendable {
    let store: any Store<any CredentialRecords>
    let dataKeys: DataKeys
    let random: Randomness

    /// Over a store, the keys that seal and a source of randomness.
    package init(store: any Store<any CredentialRecords>, dataKeys: DataKeys, random: Randomness) {
        self.store = store
        self.dataKeys = dataKeys
        self.random = random
    }

    /// The longest value, in bytes, all its parts together.
    package static let longestValue = 16 * 1024

    /// One credential, without its value.
    package func find(by caller: Caller, _ id: CredentialID, at now: Instant) async throws -> Credential {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.read", at: now) { records in
            try Self.visible(id, to: caller, records)
        }
    }

    /// A page of credentials, without their values.
    package func list(
        by caller: Caller, _ filter: CredentialFilter, _ page: Page, at now: Instant
    ) async throws -> PageItems<Credential> {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.list", at: now) { records in
            let rows = try records.credentials(
                filter, visible: caller.accounts, Page(after: page.after, limit: page.limit + 1))
            return PageItems(rows, limit: page.limit) { $0.id.description }
        }
    }

    /// A page of a credential's versions, the newest first.
    package func versions(
        by caller: Caller, of id: CredentialID, _ page: Page, at now: Instant
    ) async throws -> PageItems<CredentialVersion> {
        try await store.read(by: caller, needing: Permission.credentialsRead, "credential.read", at: now) { records in
            _ = try Self.visible(id, to: caller, records)
            let rows = try records.versions(
                of: id, below: page.after.flatMap { Int64($0) }, limit: page.limit + 1)
            return PageItems(rows, limit: page.limit) { String($0.number) }
        }
    }

    /// The credential, if there is one and the caller may see it.
    static func visible(
        _ id: CredentialID, to caller: Caller, _ records: any CredentialRecords
    ) throws -> Credential {
        guard let credential = try records.credential(id), caller.sees(credential.account) else {
            throw Refusal.notFound("credential")
        }
        return credential
    }

    /// A change of one credential: sight, revision and that it is not deleted are checked before it.
    func edit(
        by caller: Caller, _ id: CredentialID, _ action: String, ifRevision revision: Int64?,
        evenIfDeleted: Bool = false, at now: Instant, keeping answer: Answering<Credential>? = nil,
        _ body: @escaping @Sendable (inout Credential, any CredentialRecords, inout EventNote) throws -> Void
    ) async throws -> Credential {
        try await store.change(
            by: caller, needing: Permission.credentialsWrite, action, at: now, keeping: answer
        ) { records, note in
            note.subject = id.description
            var credential = try Self.visible(id, to: caller, records)
            note.account = credential.account
            if let revision, revision != credential.revision {
                throw Refusal.changedMeanwhile(revision: credential.revision)
            }
            guard evenIfDeleted || credential.deletion == nil else { throw Self.deleted(credential, at: now) }
            try body(&credential, records, &note)
            credential.updatedAt = now
            credential.revision += 1
            try records.update(credential)
            return credential
        }
    }

    /// What is said of a deleted one.
    static func deleted(_ credential: Credential, at now: Instant) -> Refusal {
        let isRecoverable = credential.deletion.map { now < $0.recoverableUntil } ?? false
        return .conflict(
            detail: "The credential is deleted.",
            fix: isRecoverable && !credential.isDestroyed
                ? "Restore it first with `POST /v1/credentials/{id}/restore`." : "Put the key in as a new credential.")
    }
}
