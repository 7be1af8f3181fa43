// SPDX-License-Identifier: Apache-2.0
package import Access

/// What can be found about held keys and the permissions to use them.
package enum HeldHygieneKind: String, Sendable, CaseIterable {
    /// A credential in use whose current version soon stops at the provider.
    case credentialExpiring = "credential_expiring"
    /// An integration in use with rules that no call has needed.
    case integrationWiderThanUse = "integration_wider_than_use"
    /// An integration that nobody calls through.
    case integrationUnused = "integration_unused"
    /// A credential that integrations may use and none does.
    case credentialUnused = "credential_unused"
    /// A credential that no integration in force may use.
    case credentialWithoutIntegration = "credential_without_integration"

    /// From 100 down, beside those of issued keys.
    package var weight: Int {
        switch self {
        case .credentialExpiring: 90
        case .integrationWiderThanUse: 70
        case .integrationUnused: 30
        case .credentialUnused: 28
        case .credentialWithoutIntegration: 26
        }
    }

    /// What a caller needs to be told of it.
    package var permission: Scope {
        switch self {
        case .integrationWiderThanUse, .integrationUnused: Permission.integrationsRead
        case .credentialExpiring, .credentialUnused, .credentialWithoutIntegration: Permission.credentialsRead
        }
    }
}

/// What a finding is about.
package enum HeldSubject: Equatable, Sendable, CustomStringConvertible {
    case integration(IntegrationID)
    case credential(CredentialID)

    /// Reads `int_…` or `cred_…`.
    package init?(_ text: String) {
        if let id = IntegrationID(text) {
            self = .integration(id)
        } else if let id = CredentialID(text) {
            self = .credential(id)
        } else {
            return nil
        }
    }

    package var description: String {
        switch self {
        case .integration(let id): id.description
        case .credential(let id): id.description
        }
    }
}

/// Something about held keys that should not stay as it is, and the one call that mends it.
package struct HeldFinding: Equatable, Sendable {
    package let kind: HeldHygieneKind
    package let subject: HeldSubject
    /// What people call the subject.
    package let name: String
    package let account: AccountID
    /// Since when it is so.
    package let since: Instant
    /// For people, in a sentence.
    package let detail: String
    /// Nil where no call without a new value can mend it.
    package let fix: HeldFix?
}

/// One call that mends a finding.
package enum HeldFix: Equatable, Sendable {
    case pause(IntegrationID)
    case narrow(IntegrationID, to: [LendRule])
    /// Can be taken back for a while.
    case delete(CredentialID)
}

/// When something becomes a finding.
package enum HeldHygieneTerms {
    /// Not called through, not carried, rules not needed for so long.
    package static let idle = Length.seconds(30 * 86_400)
    /// A credential held for so long without an integration.
    package static let lonely = Length.seconds(7 * 86_400)
    /// The end of a version so near.
    package static let expiring = Length.seconds(14 * 86_400)
    /// For how long the deletion that a fix proposes can be taken back.
    package static let recovery = Length.seconds(30 * 86_400)
}
