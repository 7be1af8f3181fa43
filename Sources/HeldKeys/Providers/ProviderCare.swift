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

/// How a key of this provider is replaced, for people.
package struct RotationGuide: Equatable, Sendable {
    /// Who makes the new key.
    package enum Kind: String, Sendable, CaseIterable {
        /// A person, at the provider.
        case byHand = "by_hand"
        /// We choose the value, and tell the provider.
        case set
    }

    package let kind: Kind
    /// The page where it is done.
    package let link: String?
    /// What to do, a step each.
    package let steps: [String]

    /// A guide.
    package init(kind: Kind, link: String?, steps: [String]) {
        self.kind = kind
        self.link = link
        self.steps = steps
    }
}
