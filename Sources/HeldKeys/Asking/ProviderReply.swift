// SPDX-License-Identifier: Apache-2.0
package import Access

/// What came of a ``ProviderCall``.
package enum ProviderReply: Equatable, Sendable {
    case answered(ProviderAnswer)
    /// The call went out, and no whole answer came: it may have been carried out. In a word or two why.
    case lost(String)
    /// The call did not leave.
    case unreached(String)
    /// The credential that was to make the call cannot be lent.
    case unavailable
}

/// An answer, as far as it was asked for.
package struct ProviderAnswer: Equatable, Sendable {
    package let status: Int
    /// How long the provider asks to be left alone.
    package var retryAfter: Length? = nil
    /// The texts wanted, by name; each is there, printable ASCII and 1 to 16,384 bytes. May be secrets: wiped by whoever asked.
    package var texts: [String: [UInt8]] = [:]
    /// The JSON wanted, by name, as text.
    package var documents: [String: String] = [:]
    package var rows: [Row] = []
    /// What names the next page.
    package var more: String? = nil
    /// False when the status was expected and the answer is not what its description says: too long, neither JSON nor XML, or
    /// something wanted is missing or unfit.
    package var isReadable = true

    /// One of a list.
    package struct Row: Equatable, Sendable {
        package let key: String
        package let label: String?

        /// A row.
        package init(key: String, label: String?) {
            self.key = key
            self.label = label
        }
    }

    /// An answer of which nothing was read yet.
    package init(status: Int) { self.status = status }
}

/// Makes a call to a provider with a version of a credential, or its current one.
package typealias ProviderAsking = @Sendable (ProviderCall, CredentialID, VersionID?) async -> ProviderReply
