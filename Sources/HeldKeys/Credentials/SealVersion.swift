// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Secrets

extension Credentials {
    /// Another call has stored the account's data key meanwhile: seal anew.
    struct OtherDataKey: Error {}

    /// The account's data key, about to seal a value.
    struct AccountKey: Sendable {
        let account: AccountID
        let wrapped: [UInt8]
        let sealing: SealingKey

        /// Stores the key if it is the account's first; throws ``OtherDataKey`` if another one is there.
        func confirm(in records: any CredentialRecords, at now: Instant) throws {
            guard let stored = try records.dataKey(of: account) else {
                return try records.insertDataKey(wrapped, of: account, at: now)
            }
            guard stored == wrapped else { throw OtherDataKey() }
        }

        /// A value, sealed as one version of a credential.
        func version(
            of value: borrowing HeldValue, in credential: CredentialID, number: Int64,
            _ state: CredentialVersion.State, expiresAt: Instant?, at now: Instant, using random: inout Randomness
        ) -> CredentialVersion {
            let id = VersionID(at: now, using: &random)
            let names = value.partNames
            var version = value.revealingAll { bytes in
                CredentialVersion(
                    id: id, number: number, state: state, fingerprint: sealing.fingerprint(bytes),
                    box: sealing.seal(
                        bytes, for: Vault.place(account, credential, id, number: number, parts: names)),
                    createdAt: now)
            }
            version.parts = names
            version.expiresAt = expiresAt
            return version
        }
    }

    /// The key to seal under for an account that the caller may see; a fresh one otherwise, which is never stored.
    func sealingKey(
        of account: AccountID, by caller: Caller, _ action: String, at now: Instant
    ) async throws -> AccountKey {
        let stored = try await store.read(by: caller, needing: Permission.credentialsWrite, action, at: now) {
            caller.sees(account) ? try $0.dataKey(of: account) : nil
        }
        var source = random
        let wrapped = stored ?? vault.newDataKey(for: account, using: &source)
        return AccountKey(account: account, wrapped: wrapped, sealing: try vault.dataKey(wrapped, of: account))
    }
}
