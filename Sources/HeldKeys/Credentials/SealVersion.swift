// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

extension DataKeyInUse {
    /// A value, sealed as one version of a credential.
    func version(
        of value: borrowing HeldValue, of account: AccountID, in credential: CredentialID, number: Int64,
        _ state: CredentialVersion.State, expiresAt: Instant?, at now: Instant, using random: inout Randomness
    ) -> CredentialVersion {
        let id = VersionID(at: now, using: &random)
        let names = value.partNames
        var version = value.revealingAll { bytes in
            CredentialVersion(
                id: id, number: number, state: state, fingerprint: sealing.fingerprint(bytes),
                box: sealing.seal(bytes, for: Vault.place(account, credential, id, number: number, parts: names)),
                createdAt: now)
        }
        version.parts = names
        version.expiresAt = expiresAt
        return version
    }
}

extension Credentials {
    /// The key to seal under. Nothing is reserved for an account that the caller may not see; the change refuses it.
    func sealingKey(
        of account: AccountID, by caller: Caller, _ action: String, at now: Instant
    ) async throws -> DataKeyInUse {
        let isThere = try await store.read(by: caller, needing: Permission.credentialsWrite, action, at: now) {
            try caller.sees(account) && $0.owner(.account(account)) != nil
        }
        guard isThere else { return try dataKeys.first(of: account, at: now) }
        return try await dataKeys.sealing(for: account, at: now)
    }
}
