// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// What is given to replace a value, beside the value.
package struct VersionDraft: Equatable, Sendable {
    /// Whether it is in force at once, or waits to be promoted.
    package var isPending = false
    /// The number of the version that must be current; nil for any.
    package var expectedVersion: Int64? = nil
    /// What the credential says of itself from then on; nil for what it says now.
    package var settings: [CredentialSetting]? = nil
    package var expiresAt: Instant? = nil
    /// Whether it is taken in though the current value is the same.
    package var evenIfEqual = false
    /// Whether the caller never had the value in the clear. Else that is an exposure.
    package var cameSealed = false
    /// The rotation that brings it; nobody else moves versions while one is under way.
    var rotation: RotationID? = nil
    /// The provider's id of the key.
    package var keyID: String? = nil
    /// Whether the provider made it because we asked.
    var isMinted = false

    /// A value that is in force at once.
    package init() {}
}

extension Credentials {
    /// Gives a credential another value. One that is current is carried by the very next lent call; the former one
    /// becomes previous, and the value of the one before that is destroyed.
    package func replace(
        by caller: Caller, _ id: CredentialID, _ draft: VersionDraft, value: borrowing HeldValue,
        ifRevision revision: Int64?, at now: Instant, keeping answer: Answering<Credential>? = nil,
        joining act: JoinedAct? = nil
    ) async throws -> Credential {
        var source = random
        while true {
            guard let ground = try await ground(of: id, by: caller, at: now) else {
                return try await refuse(id, caller, now)
            }
            try ground.rules.check(value)
            let key = try await sealingKey(of: ground.credential.account, by: caller, "credential.replace", at: now)
            var version = key.version(
                of: value, of: ground.credential.account, in: id, number: ground.credential.nextNumber,
                draft.isPending ? .pending : .current,
                expiresAt: draft.expiresAt, at: now, using: &source)
            (version.keyID, version.isMinted) = (draft.keyID, draft.isMinted)
            do {
                return try await take(
                    version, draft, of: id, under: key, by: caller, revision, at: now, answer, joining: act)
            } catch is DataKeyInUse.Changed {
                dataKeys.forget(ground.credential.account)
            } catch is OtherNumber {
                continue
            }
        }
    }

    /// Another call has taken the number meanwhile: seal anew, because the number is sealed in.
    private struct OtherNumber: Error {}

    private struct Ground: Sendable {
        let credential: Credential
        let rules: ValueRules
    }

    private func ground(of id: CredentialID, by caller: Caller, at now: Instant) async throws -> Ground? {
        try await store.read(by: caller, needing: Permission.credentialsWrite, "credential.replace", at: now) {
            guard let credential = try $0.credential(id), caller.sees(credential.account) else { return nil }
            guard let provider = try $0.provider(credential.provider) else {
                throw StorageFailure.unreadable("provider of credential")
            }
            return Ground(credential: credential, rules: ValueRules(provider))
        }
    }

    /// Refuses as a change does, so that the refusal is an event.
    private func refuse(_ id: CredentialID, _ caller: Caller, _ now: Instant) async throws -> Credential {
        try await edit(by: caller, id, "credential.replace", ifRevision: nil, at: now) { _, _, _ in
            throw Refusal.notFound("credential")
        }
    }

    private func take(
        _ version: CredentialVersion, _ draft: VersionDraft, of id: CredentialID, under key: DataKeyInUse,
        by caller: Caller, _ revision: Int64?, at now: Instant, _ answer: Answering<Credential>?,
        joining act: JoinedAct?
    ) async throws -> Credential {
        let action = act?.action ?? "credential.replace"
        return try await edit(by: caller, id, action, ifRevision: revision, at: now, keeping: answer) {
            [random] credential, records, note in
            note.details = [.init("version", String(version.number)), .init("state", version.state.rawValue)]
            try Self.checkRotation(of: credential, isIts: draft.rotation)
            let current = credential.current
            if let expected = draft.expectedVersion, expected != current?.number {
                throw Self.otherVersion(current)
            }
            guard draft.evenIfEqual || version.fingerprint != current?.fingerprint else { throw Self.equal }
            guard credential.nextNumber == version.number else { throw OtherNumber() }
            if let provider = try records.provider(credential.provider) {
                try ValueRules(provider).check(parts: version.parts)
                if let settings = draft.settings { try ValueRules(provider).check(settings) }
            }
            if let settings = draft.settings { credential.settings = settings.sorted { $0.name < $1.name } }
            try key.confirm(in: records)
            credential.take(version)
            try act?.body(records, &note, &credential)
            guard !draft.cameSealed else { return }
            var source = random
            let exposure = Exposure(
                .deposit, of: credential, version: version.number, by: caller, reason: nil, at: now, using: &source)
            try Exposures.note(exposure, in: records, &note)
        }
    }

    /// While a rotation is under way its versions are moved by it alone.
    static func checkRotation(of credential: Credential, isIts rotation: RotationID? = nil) throws {
        guard let running = credential.rotation, running != rotation else { return }
        throw Refusal.conflict(
            detail: "A rotation of this credential is under way: \(running).",
            fix: "Hand the value in to the rotation, wait for its end, or cancel it first.")
    }

    private static func otherVersion(_ current: CredentialVersion?) -> Refusal {
        .conflict(
            detail: current.map { "The current version is \($0.number)." } ?? "No version is current.",
            fix: "Read the credential again, and send the number of its current version.")
    }

    private static let equal = Refusal.conflict(
        detail: "The current value is the same.",
        fix: "Check whether the new value was sent; send `force: true` to take it in all the same.")
}
