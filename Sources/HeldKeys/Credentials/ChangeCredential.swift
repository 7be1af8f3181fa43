// SPDX-License-Identifier: Apache-2.0
package import Access

/// What may be changed of a credential beside its value.
package struct CredentialPatch: Equatable, Sendable {
    package var name: Patch<String> = .keep
    package var settings: Patch<[CredentialSetting]> = .keep
    package var policy: Patch<RotationPolicy> = .keep
    /// The provider's id of the current key.
    package var keyID: Patch<String> = .keep

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
            try credential.take(patch.policy, by: caller, records, at: now)
            if case .keep = patch.keyID {} else { credential.nameKey(patch.keyID.applied(to: nil), &note) }
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

extension Credential {
    /// Another policy, and when it asks for something next.
    fileprivate mutating func take(
        _ patch: Patch<RotationPolicy>, by caller: Caller, _ records: any CredentialRecords, at now: Instant
    ) throws {
        if case .keep = patch { return }
        guard caller.scopes.covers(Permission.rotationsWrite) else {
            throw Refusal.missingScope(Permission.rotationsWrite)
        }
        let policy = patch.applied(to: nil)
        if let terms = policy?.terms {
            try Rotations.checkAsker(terms.with, for: self, caller, records)
            try Rotations.checkAssignee(terms.assignee, records)
        }
        self.policy = policy
        rotateAt = current.flatMap { policy?.due(since: $0.createdAt) }
    }

    /// The provider's id of the current key, as a person knows it.
    fileprivate mutating func nameKey(_ key: String?, _ note: inout EventNote) {
        guard let index = versions.firstIndex(where: { $0.state == .current }) else { return }
        versions[index].keyID = key
        versions[index].isMinted = false
        note.details.append(.init("key_id", key ?? "none"))
    }
}
