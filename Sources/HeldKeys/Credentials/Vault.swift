// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// Seals and opens held values: keyring, then one of the account's data keys, then the value.
///
/// A value's ciphertext is bound to its account, credential, field and version, so it opens only where it was put.
package struct Vault: Sendable {
    package let keyring: Keyring

    /// A vault over an opened keyring.
    package init(keyring: Keyring) { self.keyring = keyring }

    /// Makes and wraps data key `number` for `account`.
    package func newDataKey(for account: AccountID, number: UInt32, using random: inout Randomness) -> [UInt8] {
        keyring.newDataKey(account: account.description, number: number, using: &random)
    }

    /// Unwraps data key `number` of `account`.
    package func dataKey(_ box: [UInt8], of account: AccountID, number: UInt32) throws(SealFailure) -> SealingKey {
        try keyring.dataKey(box, account: account.description, number: number)
    }

    /// Seals what belongs to no account and is no held value, such as an answer that is kept.
    package func seal(_ plain: borrowing Secret, for place: Place) -> [UInt8] { keyring.seal(plain, for: place) }

    /// Opens what ``seal(_:for:)`` made.
    package func open(_ box: [UInt8], from place: Place) throws(SealFailure) -> Secret {
        try keyring.open(box, from: place)
    }

    /// Where the value of one version belongs. `parts`: the names of its parts, empty for one text.
    package static func place(
        _ account: AccountID, _ credential: CredentialID, _ version: VersionID, number: Int64, parts: [String] = []
    ) -> Place {
        Place(
            "credential value", account.description, credential.description,
            parts.isEmpty ? "value" : "parts " + parts.joined(separator: " "), version.description, String(number))
    }
}
