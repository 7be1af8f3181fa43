// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a test call with a held key came to. Of the answer nothing else is kept.
package struct CredentialTrial: Equatable, Sendable {
    package let verdict: TestVerdict
    /// The provider's status; nil where it gave none.
    package let status: Int?
    /// Why there is no answer, in a word or two; nil where there is one.
    package let reason: String?

    /// A trial.
    package init(_ verdict: TestVerdict, status: Int? = nil, reason: String? = nil) {
        self.verdict = verdict
        self.status = status
        self.reason = reason
    }
}

/// Makes the provider's test call with a version of a credential, or the current one; nil where it cannot be lent.
package typealias TrialCalling = @Sendable (CredentialID, VersionID?) async -> CredentialTrial?

extension Credentials {
    /// Finds out at the provider whether a key works, by the call that the provider's description names. What came of
    /// it is an event.
    package func test(
        by caller: Caller, _ id: CredentialID, version: VersionID? = nil, at now: Instant, calling call: TrialCalling
    ) async throws -> CredentialTrial {
        try await store.read(by: caller, needing: Permission.credentialsWrite, "credential.test", at: now) { records in
            try Self.checkTest(id, version, for: caller, records)
        }
        guard let trial = await call(id, version) else {
            throw Refusal.conflict(
                detail: "The value cannot be lent.", fix: "Look at its versions and its settings; put in a new value.")
        }
        try await store.change(by: caller, needing: Permission.credentialsWrite, "credential.test", at: now) {
            records, note in
            note.subject = id.description
            note.account = try records.credential(id)?.account
            note.details = [.init("verdict", trial.verdict.rawValue)]
            if let version { note.details.append(.init("version", version.description)) }
            if let status = trial.status { note.details.append(.init("status", String(status))) }
            if let reason = trial.reason { note.details.append(.init("reason", reason)) }
        }
        return trial
    }

    private static func checkTest(
        _ id: CredentialID, _ version: VersionID?, for caller: Caller, _ records: any CredentialRecords
    ) throws {
        guard let credential = try records.credential(id), caller.sees(credential.account) else {
            throw Refusal.notFound("credential")
        }
        if let version, !credential.versions.contains(where: { $0.id == version && $0.state != .retired }) {
            throw Refusal.invalid(
                pointer: "/version", detail: "There is no such version, or it is retired.",
                fix: "Give the id of a version that is not retired, or leave it out for the current one.")
        }
        guard try records.provider(credential.provider)?.test != nil else {
            throw Refusal.conflict(
                detail: "Its provider does not say how a key is tested.",
                fix: "Describe `test` with `PUT /v1/providers/{name}`.")
        }
    }
}
