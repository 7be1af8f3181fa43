// SPDX-License-Identifier: Apache-2.0
package import Access

/// What a transaction offers for providers, credentials and integrations. Writes are in force when the change returns.
package protocol CredentialRecords: OwnerRecords, DataKeyRecords, ExposureRecords, DepositRecords, RotationRecords {
    /// The provider, or nil.
    func provider(_ name: String) throws -> Provider?
    /// Writes one, new or over an existing one.
    func put(_ provider: Provider) throws
    /// Providers in the order of their names.
    func providers(_ page: Page) throws -> [Provider]

    /// The credential with its versions, of the retired ones the newest; or nil.
    func credential(_ id: CredentialID) throws -> Credential?
    /// Writes a new one.
    func insert(_ credential: Credential) throws
    /// Writes over an existing one, its versions included; a version that is not among them stays as it is.
    func update(_ credential: Credential) throws
    /// Deleted ones whose values are still there and can be had back no longer.
    func credentialsToDestroy(by now: Instant, limit: Int) throws -> [CredentialID]
    /// Versions of a credential, the newest first; those below a number, where one is given.
    func versions(of credential: CredentialID, below number: Int64?, limit: Int) throws -> [CredentialVersion]
    /// Credentials in the order of their ids.
    func credentials(_ filter: CredentialFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Credential]

    /// The integration, or nil.
    func integration(_ id: IntegrationID) throws -> Integration?
    /// Writes a new one. A taken name within the app is a ``Refusal/conflict(detail:fix:)``.
    func insert(_ integration: Integration) throws
    /// Writes over an existing one.
    func update(_ integration: Integration) throws
    /// Integrations in the order of their ids.
    func integrations(_ filter: IntegrationFilter, visible: Set<AccountID>?, _ page: Page) throws -> [Integration]
}

/// Which credentials a list shows.
package struct CredentialFilter: Equatable, Sendable {
    package var account: AccountID?
    package var provider: String?
    /// Deleted ones or those that are not; nil for both.
    package var isDeleted: Bool?

    /// A filter that lets everything through.
    package init() {}
}

/// Which integrations a list shows.
package struct IntegrationFilter: Equatable, Sendable {
    package var account: AccountID?
    package var app: AppID?
    package var credential: CredentialID?
    package var state: Integration.State?

    /// A filter that lets everything through.
    package init() {}
}
