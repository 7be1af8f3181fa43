// SPDX-License-Identifier: Apache-2.0
package import Access

/// What may be changed of a credential beside its value.
package struct CredentialPatch: Equatable, Sendable {
    package var name: Patch<String> = .keep
    package var settings: Patch<[CredentialSetting]> = .keep

    /// A patch that changes nothing.
    package init() {}
}

extension Credentials {
    /// Changes what a credential says of itself.
    ///
    /// Settings say where the value goes. Whoever could change them alone could send a value they may not see to a
    /// place of their own; so that needs the right to see it. With a new value anybody may who may replace it.
    package func change(
        by caller: Caller, _ id: CredentialID, _ patch: CredentialPatch, ifRevision revision: Int64?, at now: Instant
    ) async throws -> Credential {
        try await edit(by: caller, id, "credential.update", ifRevision: revision, at: now) {
            credential, records, note in
            credential.name = patch.name.applied(to: credential.name) ?? credential.name
            note.details = [.init("name", credential.name)]
            guard let settings = patch.settings.applied(to: nil) else { return }
            let sorted = settings.sorted { $0.name < $1.name }
            guard sorted != credential.settings else { return }
            guard caller.scopes.covers(Permission.credentialsReveal) else {
                throw Refusal.wouldEscalate(
                    pointer: "/settings",
                    detail: "Other settings would send the held value elsewhere, and the caller may not see it.")
            }
            guard let provider = try records.provider(credential.provider) else {
                throw StorageFailure.unreadable("provider of credential")
            }
            try ValueRules(provider).check(settings)
            credential.settings = sorted
            note.details += sorted.map { .init("setting.\($0.name)", $0.value) }
        }
    }
}
