// SPDX-License-Identifier: Apache-2.0
package import Access

/// A third-party service described as data: where its key may go, and where in a request it stands.
package struct Provider: Equatable, Sendable {
    /// What calls and credentials name it by: `[a-z0-9][a-z0-9-]{0,62}`.
    package let name: String
    package var title: String
    /// Where its own description of its keys is, for people.
    package var documentation: String? = nil
    /// The only places its key may go; lent calls go to the first.
    package var origins: [OriginPattern]
    /// What a credential says of itself that is not secret: a shop's name, a region.
    package var settings: [NamedPart] = []
    /// The secret parts of a value, in the order of their names; empty where it is one text.
    package var parts: [NamedPart] = []
    /// Where the key stands; one place at least.
    package var slots: [CredentialSlot]
    /// Ranges that are not public and still allowed; empty means public addresses only.
    package var allowedPrivateAddresses: [AddressRange] = []
    /// PEM of the authority its certificate is checked against; nil for the system's roots.
    package var certificateAuthority: String? = nil
    /// The parts of the value that are a certificate and its key, shown to the provider in the TLS handshake.
    package var clientCertificate: ClientCertificateParts? = nil
    /// How it is found out whether a key works.
    package var test: ProviderTest? = nil
    /// Named lists of rules, to be chosen from when an integration is made.
    package var permissionSets: [PermissionSet] = []
    /// What `bitting run` sets, so that a program calls through `/lend`.
    package var environment: [EnvironmentLine] = []
    /// What `bitting run` sets where an integration reveals the value.
    package var revealEnvironment: [EnvironmentLine] = []
    /// How a key is replaced.
    package var rotation: RotationGuide? = nil
    package var createdAt: Instant
    package var updatedAt: Instant
    package var revision: Int64

    /// Rules under a name: `labels`, `read customers`.
    package struct PermissionSet: Equatable, Sendable {
        package let name: String
        package let rules: [LendRule]
        /// A set.
        package init(name: String, rules: [LendRule]) {
            self.name = name
            self.rules = rules
        }
    }

    /// A provider with what each must have.
    package init(
        name: String, title: String, origins: [OriginPattern], slots: [CredentialSlot], createdAt: Instant,
        updatedAt: Instant, revision: Int64
    ) {
        self.name = name
        self.title = title
        self.origins = origins
        self.slots = slots
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.revision = revision
    }

    /// Tells whether `text` can name a provider.
    package static func isName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes[0] != 0x2D else { return false }
        return bytes.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
    }
}
