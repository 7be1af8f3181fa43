// SPDX-License-Identifier: Apache-2.0
package import Access

extension Credentials {
    /// Stops lending at once. The values stay, sealed, for `window`; then they are destroyed. Deleting twice keeps the
    /// first window, unless the second one ends earlier.
    package func delete(
        by caller: Caller, _ id: CredentialID, recoverWithin window: Length, ifRevision revision: Int64?,
        at now: Instant
    ) async throws -> Credential {
        try await edit(by: caller, id, "credential.delete", ifRevision: revision, evenIfDeleted: true, at: now) {
            credential, _, note in
            let end = min(now + window, credential.deletion?.recoverableUntil ?? .distantFuture)
            credential.deletion = .init(at: credential.deletion?.at ?? now, recoverableUntil: end)
            note.details = [.init("recoverable_until", end.description)]
            if end <= now { credential.destroy() }
        }
    }

    /// Takes a deletion back, within its window.
    package func restore(
        by caller: Caller, _ id: CredentialID, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Credential {
        try await edit(by: caller, id, "credential.restore", ifRevision: revision, evenIfDeleted: true, at: now) {
            credential, _, _ in
            guard let deletion = credential.deletion else {
                throw Refusal.conflict(detail: "The credential is not deleted.", fix: "Leave it as it is.")
            }
            guard now < deletion.recoverableUntil, !credential.isDestroyed else {
                throw Self.deleted(credential, at: now)
            }
            credential.deletion = nil
        }
    }

    /// How many credentials are destroyed in one go.
    private static let atOnce = 100

    /// Destroys the values of what was deleted and can be had back no longer. Called by time.
    package func destroyDeleted(at now: Instant) async throws {
        while true {
            let due = try await store.read(
                by: .schedule, needing: Permission.credentialsWrite, "credential.destroy", at: now
            ) { try $0.credentialsToDestroy(by: now, limit: Self.atOnce) }
            for id in due { try await destroy(id, at: now) }
            if due.count < Self.atOnce { return }
        }
    }

    /// Meanwhile it may have been restored; then it stays.
    private func destroy(_ id: CredentialID, at now: Instant) async throws {
        do {
            _ = try await edit(
                by: .schedule, id, "credential.destroy", ifRevision: nil, evenIfDeleted: true, at: now
            ) { credential, _, _ in
                guard let deletion = credential.deletion, deletion.recoverableUntil <= now else {
                    throw Refusal.conflict(detail: "It was restored.", fix: "Leave it.")
                }
                credential.destroy()
            }
        } catch Refusal.conflict {
            return
        }
    }
}
