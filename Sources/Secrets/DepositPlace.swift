// SPDX-License-Identifier: Apache-2.0
internal import FoundationEssentials

/// What a sealed deposit is for. It is part of the key schedule (`info` of RFC 9180, 5.1), so that what was sealed for
/// one invitation opens for no other.
package struct DepositPlace: Equatable, Sendable {
    /// The name of the installation, as its audit key has it.
    package let installation: String
    package let deposit: String
    package let account: String
    package let provider: String
    /// The names of the value's parts, in their order; empty for one text.
    package let parts: [String]

    /// A place.
    package init(installation: String, deposit: String, account: String, provider: String, parts: [String]) {
        self.installation = installation
        self.deposit = deposit
        self.account = account
        self.provider = provider
        self.parts = parts
    }

    /// Each text with its length before it, 4 bytes, big-endian: purpose, installation, key, deposit, account, provider,
    /// the parts' names with a blank between.
    func info(of key: DepositPublicKey) -> Data {
        Data(
            Place(
                "bitting deposit 1", installation, key.id, deposit, account, provider, parts.joined(separator: " ")
            ).bytes)
    }
}
