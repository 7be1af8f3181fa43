// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Secrets
import TestKit
import Testing

extension World {
    /// Describes a provider that takes its key as a bearer.
    func describeCarrier() async throws {
        let provider = Provider(
            name: "carrier", title: "Carrier", origins: [try #require(OriginPattern("https://api.carrier.example"))],
            slots: [.header(name: "Authorization", format: try #require(SlotFormat("Bearer {value}")))],
            createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        _ = try await providers.put(by: .setup, provider, ifRevision: nil, at: FixedTime.start)
    }

    /// Holds a key of the carrier.
    @discardableResult
    func hold(by caller: Caller = .setup, for account: AccountID, value: String = "held-value", name: String = "key")
        async throws -> Credential
    {
        try await credentials.hold(
            by: caller, CredentialDraft(account: account, provider: "carrier", name: name),
            value: HeldValue(Secret(text: value)),
            at: FixedTime.start)
    }

    /// The value that a call of `app` through `name` would carry.
    func lentValue(_ app: AppID, _ name: String) throws -> String? {
        let bytes = Array("GET/v1/labels".utf8)
        let verdict = lending.decide(
            app: app, .name(Array(name.utf8)), bytes.span, .init(method: 0..<3, path: 3..<bytes.count),
            at: FixedTime.start, query: { [] })
        guard case .allowed(let loan, _) = verdict else { return nil }
        return try loan.open().exposed()
    }
}
