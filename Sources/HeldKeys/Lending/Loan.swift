// SPDX-License-Identifier: Apache-2.0
internal import Access
package import Secrets

/// All that the lent calls of one integration need, put together once and the same until something of it changes. The
/// value is opened only to be written into a request.
package final class Loan: Sendable {
    package let integration: Integration
    package let credential: Credential?
    private let lent: Lent?

    private struct Lent {
        let provider: Provider
        let origins: [Origin]
        /// The credential's own: one that was moved to another account opens with no key of that account.
        let account: AccountID
        let version: CredentialVersion
        let dataKey: SealingKey
    }

    /// What is missing leaves a loan that is not whole.
    package init(integration: Integration, provider: Provider?, credential: Credential?, dataKey: SealingKey?) {
        self.integration = integration
        self.credential = credential
        guard let provider, let credential, let version = credential.current, !version.box.isEmpty, let dataKey else {
            lent = nil
            return
        }
        let origins = provider.origins.compactMap { $0.origin(credential.settings) }
        lent =
            origins.isEmpty
            ? nil
            : Lent(
                provider: provider, origins: origins, account: credential.account, version: version,
                dataKey: dataKey)
    }

    /// Whether calls can be carried out; the other members may be asked only then.
    package var isWhole: Bool { lent != nil }

    private var whole: Lent {
        guard let lent else { preconditionFailure("only a whole loan is used") }
        return lent
    }

    package var provider: Provider { whole.provider }
    /// Where calls go.
    package var origin: Origin { whole.origins[0] }
    /// All places the key may go; none of a loan that is not whole.
    package var origins: [Origin] { lent?.origins ?? [] }
    package var version: CredentialVersion { whole.version }
    package var settings: [CredentialSetting] { credential?.settings ?? [] }

    /// Opens the value. Fails when the ciphertext was altered, moved or is of another version.
    package func open() throws(SealFailure) -> HeldValue {
        let lent = whole
        let place = Vault.place(
            lent.account, integration.credential, lent.version.id, number: lent.version.number,
            parts: lent.version.parts)
        let opened = try lent.dataKey.open(lent.version.box, from: place)
        do {
            return try HeldValue(opened: opened, parts: lent.version.parts)
        } catch {
            throw .unreadable
        }
    }
}
