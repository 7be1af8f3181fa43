// SPDX-License-Identifier: Apache-2.0
package import Access

/// Moves between versions that are there. Each is in force with the very next lent call.
extension Credentials {
    /// Makes the pending version current.
    package func promote(
        by caller: Caller, _ id: CredentialID, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Credential {
        try await edit(by: caller, id, "credential.promote", ifRevision: revision, at: now) { credential, _, note in
            try Self.checkRotation(of: credential)
            guard credential.promote() else {
                throw Refusal.conflict(
                    detail: "No version is pending.",
                    fix: "Put the new value in with `state: pending` first, or send it as the current one.")
            }
            note.details = [.init("version", Self.number(of: credential.current))]
        }
    }

    /// Makes the previous version current again. The one that was current becomes previous, so that doing this twice
    /// changes nothing.
    package func rollBack(
        by caller: Caller, _ id: CredentialID, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Credential {
        try await edit(by: caller, id, "credential.roll_back", ifRevision: revision, at: now) { credential, _, note in
            try Self.checkRotation(of: credential)
            guard credential.rollBack() else {
                throw Refusal.conflict(
                    detail: "There is no previous version with a value.", fix: "Put the former value in again.")
            }
            note.details = [.init("version", Self.number(of: credential.current))]
        }
    }

    /// Ends the previous version, or the pending one, and destroys its value. The current one stays.
    package func retire(
        by caller: Caller, _ id: CredentialID, _ state: CredentialVersion.State, ifRevision revision: Int64?,
        at now: Instant
    ) async throws -> Credential {
        try await edit(by: caller, id, "credential.retire", ifRevision: revision, at: now) { credential, _, note in
            note.details = [
                .init("version", Self.number(of: credential.version(state))), .init("state", state.rawValue),
            ]
            try Self.checkRotation(of: credential)
            guard state == .previous || state == .pending, credential.retire(state) else {
                throw Refusal.conflict(
                    detail: "No version is \(state.rawValue).", fix: "Read the credential to see which versions it has."
                )
            }
        }
    }

    private static func number(of version: CredentialVersion?) -> String { version.map { String($0.number) } ?? "none" }
}
