// SPDX-License-Identifier: Apache-2.0
package import Access
package import Secrets

/// Seals and opens held values: keyring, then the account's data key, then the value.
///
/// A value's ciphertext is bound to its account, credential, field and version, so it opens only where it was put.
package struct Vault: Sendable {
    private let keyring: Keyring

    /// A vault over an opened keyring.
    package init(keyring: Keyring) { self.keyring = keyring }

    /// Makes and wraps a data key for `account`.
    package func newDataKey(for account: AccountID, using random: inout Randomness) -> [UInt8] {
        keyring.newDataKey(account: account.description, using: &random)
    }

    /// Unwraps the data key of `account`.
    package func dataKey(_ box: [UInt8], of account: AccountID) throws(SealFailure) -> SealingKey {
        try keyring.dataKey(box, account: account.description)
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
