// SPDX-License-Identifier: Apache-2.0
internal import Access
package import Secrets

/// All that the lent calls of one integration need, put together once and the same until something of it changes. The
/// value is opened only to be written into a request.
package final class Loan: Sendable {
    package let integration: Integration
    package let credential: Credential?
    /// While a rotation switches: the loan that carries the other of two versions.
    package let split: Split?
    /// Whether what becomes of its calls says how a rotation fares.
    package let isSwitching: Bool
    private let lent: Lent?

    /// A class, so that looking at one part of it copies nothing else.
    private final class Lent: Sendable {
        let provider: Provider
        let origins: [Origin]
        let version: CredentialVersion
        let dataKey: SealingKey
        /// Where the ciphertext belongs: under the credential's own account, so that one that was moved to another
        /// opens with no key of that account.
        let place: Place

        init(
            _ provider: Provider, _ origins: [Origin], _ credential: Credential, _ version: CredentialVersion,
            _ dataKey: SealingKey
        ) {
            self.provider = provider
            self.origins = origins
            self.version = version
            self.dataKey = dataKey
            place = Vault.place(
                credential.account, credential.id, version.id, number: version.number, parts: version.parts)
        }
    }

    /// The other version's loan, and its share of the calls in percent.
    package struct Split: Sendable {
        package let other: Loan
        package let share: Int
    }

    /// What is missing leaves a loan that is not whole.
    ///
    /// - Parameter version: What is carried; nil for the current one.
    package init(
        integration: Integration, provider: Provider?, credential: Credential?, dataKey: SealingKey?,
        carrying version: CredentialVersion? = nil, split: Split? = nil, isSwitching: Bool = false
    ) {
        self.integration = integration
        self.credential = credential
        self.split = split
        self.isSwitching = isSwitching
        guard let provider, let credential, credential.deletion == nil, let version = version ?? credential.current,
            !version.box.isEmpty, let dataKey
        else {
            lent = nil
            return
        }
        let origins = provider.origins.compactMap { $0.origin(credential.settings) }
        lent = origins.isEmpty ? nil : Lent(provider, origins, credential, version, dataKey)
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
        let opened = try lent.dataKey.open(lent.version.box, from: lent.place)
        do {
            return try HeldValue(opened: opened, parts: lent.version.parts)
        } catch {
            throw .unreadable
        }
    }
}
