// SPDX-License-Identifier: Apache-2.0

/// The parts of a value that are a PEM certificate chain and its PEM key.
package struct ClientCertificateParts: Equatable, Sendable {
    package let certificate: String
    package let privateKey: String

    /// The names of both parts.
    package init(certificate: String, privateKey: String) {
        self.certificate = certificate
        self.privateKey = privateKey
    }
}

/// A variable of the environment and the format of its value.
package struct EnvironmentLine: Equatable, Sendable {
    package let name: String
    package let format: SlotFormat

    /// A line.
    package init(name: String, format: SlotFormat) {
        self.name = name
        self.format = format
    }
}

/// How a key of this provider is replaced.
package struct RotationGuide: Equatable, Sendable {
    /// Who makes the new key.
    package enum Kind: String, Sendable, CaseIterable {
        /// The provider, asked through its API.
        case minted
        /// We choose the value, and tell the provider.
        case set
        /// A person, at the provider.
        case byHand = "by_hand"
    }

    package let kind: Kind
    /// The page where a person does it.
    package let link: String?
    /// What a person does, a step each.
    package let steps: [String]
    /// For ``Kind/minted``.
    package var making: KeyMaking? = nil
    /// For ``Kind/set``; nil where people tell the provider.
    package var setting: ValueSetting? = nil
    /// So many keys of this provider are rotated at once at most.
    package var atOnce: Int? = nil

    /// A guide.
    package init(kind: Kind, link: String?, steps: [String]) {
        self.kind = kind
        self.link = link
        self.steps = steps
    }
}
