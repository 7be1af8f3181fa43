// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Secrets

/// A value in the clear, for whoever asked. A class, so that it stays in one place and is wiped when nobody holds it
/// any more.
package final class RevealedValue: Sendable {
    package let credential: Credential
    package let version: CredentialVersion
    package let exposure: Exposure
    package let value: HeldValue

    init(_ credential: Credential, _ version: CredentialVersion, _ exposure: Exposure, _ value: consuming HeldValue) {
        self.credential = credential
        self.version = version
        self.exposure = exposure
        self.value = value
    }
}

/// What is said to see a value.
package struct RevealRequest: Equatable, Sendable {
    package let kind: Exposure.Kind
    package let reason: String

    /// A request, with the reason in the words of whoever asks.
    package init(_ kind: Exposure.Kind, reason: String) {
        self.kind = kind
        self.reason = reason
    }
}

extension Credentials {
    /// Gives a value out, to a caller that may see values. That is written down before.
    ///
    /// - Parameter number: Of the version; nil for the current one.
    package func reveal(
        by caller: Caller, _ id: CredentialID, version number: Int64?, _ request: RevealRequest, at now: Instant
    ) async throws -> RevealedValue {
        try await reveal(by: caller, request, at: now) { records, note in
            note.subject = id.description
            let credential = try Self.visible(id, to: caller, records)
            note.account = credential.account
            guard credential.deletion == nil else { throw Self.deleted(credential, at: now) }
            return Sight(credential: credential, version: try Self.version(number, of: credential), app: nil)
        }
    }

    /// Gives out the value of an integration that says so: to a caller that may see values, or to the app itself.
    ///
    /// - Parameter app: When given, the integration must be this app's.
    package func reveal(
        by caller: Caller, through id: IntegrationID, of app: AppID? = nil, _ request: RevealRequest, at now: Instant
    ) async throws -> RevealedValue {
        try await reveal(by: caller, request, at: now) { records, note in
            note.details.append(.init("integration", id.description))
            guard let integration = try records.integration(id), caller.sees(integration.account),
                app == nil || app == integration.app
            else { throw Refusal.notFound("integration") }
            note.account = integration.account
            try Self.check(integration, at: now)
            let credential = try Self.visible(integration.credential, to: caller, records)
            note.subject = credential.id.description
            guard credential.deletion == nil else { throw Self.deleted(credential, at: now) }
            return Sight(
                credential: credential, version: try Self.version(nil, of: credential), app: integration.app)
        }
    }

    private static func check(_ integration: Integration, at now: Instant) throws {
        guard integration.reveals else {
            throw Refusal.conflict(
                detail: "The integration only lends; it does not say `reveal`.",
                fix: "Call through `/lend`, or have somebody who may see values set `reveal: true`.")
        }
        guard integration.state == .active, integration.expiresAt.map({ now < $0 }) ?? true else {
            throw Refusal.conflict(
                detail: "The integration is not in force.", fix: "Resume it, or make a new one.")
        }
    }

    private static func version(_ number: Int64?, of credential: Credential) throws -> CredentialVersion {
        guard let number else {
            guard let current = credential.current else {
                throw Refusal.conflict(detail: "No version is current.", fix: "Put a value in first.")
            }
            return current
        }
        guard let version = credential.versions.first(where: { $0.number == number }), !version.box.isEmpty else {
            throw Refusal.conflict(
                detail: "There is no version of this number with a value.",
                fix: "Read the credential: only its pending, current and previous versions have one.")
        }
        return version
    }

    /// Whose value, and for which app.
    private struct Sight: Sendable {
        let credential: Credential
        let version: CredentialVersion
        let app: AppID?
    }

    private func reveal(
        by caller: Caller, _ request: RevealRequest, at now: Instant,
        _ look: @escaping @Sendable (any CredentialRecords, inout EventNote) throws -> Sight
    ) async throws -> RevealedValue {
        let (sight, exposure, stored) = try await store.change(
            by: caller, needing: Permission.credentialsReveal, "credential.reveal", at: now
        ) { [random] records, note in
            let sight = try look(records, &note)
            var source = random
            let exposure = Exposure(
                request.kind, of: sight.credential, version: sight.version.number, by: caller, through: sight.app,
                reason: request.reason, at: now, using: &source)
            note.details.append(.init("reason", request.reason))
            note.details.append(.init("version", String(sight.version.number)))
            try Exposures.note(exposure, in: records, &note)
            try records.bringForward(sight.credential, at: now)
            return (sight, exposure, try records.dataKey(of: sight.credential.account, for: sight.version))
        }
        guard let stored else { throw StorageFailure.unreadable("data key") }
        let key = try dataKeys.opening(stored)
        let place = Vault.place(
            sight.credential.account, sight.credential.id, sight.version.id, number: sight.version.number,
            parts: sight.version.parts)
        let value = try HeldValue(opened: try key.open(sight.version.box, from: place), parts: sight.version.parts)
        return RevealedValue(sight.credential, sight.version, exposure, value)
    }
}

extension CredentialRecords {
    /// A value that somebody saw is replaced, where the policy asks for that.
    fileprivate func bringForward(_ credential: Credential, at now: Instant) throws {
        guard credential.policy?.afterExposure == true, credential.rotation == nil,
            credential.rotateAt.map({ $0 > now }) ?? true
        else { return }
        var credential = credential
        credential.rotateAt = now
        try update(credential)
    }

    /// The data key that sealed a version.
    fileprivate func dataKey(of account: AccountID, for version: CredentialVersion) throws -> DataKey? {
        guard let number = SealingKey.term(of: version.box) else { return nil }
        return try dataKey(of: account, number: number)
    }
}
