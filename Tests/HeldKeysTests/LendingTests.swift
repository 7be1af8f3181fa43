// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Secrets
import TestKit
import Testing

@Suite struct LendingTests {
    private let account = AccountID(high: 1, low: 1)
    private let app = AppID(high: 1, low: 2)
    private let otherApp = AppID(high: 1, low: 3)
    private let credentialID = CredentialID(high: 1, low: 4)
    private let integrationID = IntegrationID(high: 1, low: 5)
    private let dataKey: SealingKey
    private let lending = Lending()

    init() throws {
        var random = Seeded(1)
        dataKey = SealingKey(Secret(count: 32, using: &random))
        let origins = ["https://api.carrier.example", "https://keys.carrier.example"].compactMap { OriginPattern($0) }
        let format = try #require(SlotFormat("Bearer {value}"))
        let provider = Provider(
            name: "carrier", title: "Carrier", origins: origins,
            slots: [.header(name: "Authorization", format: format)], createdAt: FixedTime.start,
            updatedAt: FixedTime.start, revision: 1)
        lending.apply([.provider(provider), .dataKey(account, dataKey), .credential(credential([version(1, "first")]))])
        lending.apply([.integration(integration())])
    }

    private func version(
        _ number: Int64, _ value: String, state: CredentialVersion.State = .current, sealedAs: Int64? = nil
    ) -> CredentialVersion {
        let id = VersionID(high: 1, low: UInt64(number))
        let place = Vault.place(
            account, credentialID, VersionID(high: 1, low: UInt64(sealedAs ?? number)), number: sealedAs ?? number)
        return CredentialVersion(
            id: id, number: number, state: state, fingerprint: "", box: dataKey.seal(Secret(text: value), for: place),
            createdAt: FixedTime.start)
    }

    private func credential(_ versions: [CredentialVersion]) -> Credential {
        Credential(
            id: credentialID, account: account, provider: "carrier", name: "key", versions: versions,
            createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
    }

    private func integration(_ state: Integration.State = .active, expiresAt: Instant? = nil) -> Integration {
        Integration(
            id: integrationID, name: "labels", app: app, account: account, credential: credentialID,
            allow: [.of(["POST"], "/v1/labels"), .of(["GET"], "/v1/labels/*")], expiresAt: expiresAt, state: state,
            createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
    }

    private func decide(
        _ name: String = "labels", by app: AppID? = nil, _ method: String = "POST", _ path: String = "/v1/labels",
        at now: Instant = FixedTime.start
    ) -> LendVerdict {
        let bytes = Array((method + path).utf8)
        let end = method.utf8.count
        return lending.decide(
            app: app ?? self.app, .name(Array(name.utf8)), bytes.span, .init(method: 0..<end, path: end..<bytes.count),
            at: now, query: { [] })
    }

    private func value(_ verdict: LendVerdict) throws -> String {
        guard case .allowed(let loan, _) = verdict else { return "refused: \(verdict.name)" }
        return try #require(try loan.open().exposed())
    }

    @Test("A call about keys goes to the provider's first origin, or to another of its own")
    func asker() throws {
        let keys = try #require(OriginPattern("https://keys.carrier.example"))
        let setting = CredentialSetting(name: "service", value: "iam")
        let first = try #require(lending.asker(of: credentialID, version: nil, settings: []))
        #expect(first.origin == Origin("https://api.carrier.example"))
        let second = try #require(lending.asker(of: credentialID, version: nil, settings: [setting], origin: keys))
        #expect(second.origin == Origin("https://keys.carrier.example"))
        #expect(second.settings == [setting])
        let other = try #require(OriginPattern("https://evil.example"))
        #expect(lending.asker(of: credentialID, version: nil, settings: [], origin: other) == nil)
    }

    @Test("an app may make the calls of its integration, named or by id")
    func allowed() throws {
        #expect(try value(decide()) == "first")
        #expect(try value(decide(integrationID.description)) == "first")
        #expect(try value(decide("labels", "GET", "/v1/labels/7")) == "first")
    }

    @Test(
        "other methods and paths are not allowed",
        arguments: [
            ("GET", "/v1/labels"), ("POST", "/v1/labels/7"), ("DELETE", "/v1/labels"), ("post", "/v1/labels"),
            ("POST", "/v1/refunds"), ("POST", "/v1"), ("POST", "/"), ("GET", "/v1/labels/7/8"), ("POST", "/v1/labels/"),
        ])
    func notAllowed(method: String, path: String) {
        #expect(decide("labels", method, path).name == "notAllowed")
    }

    @Test(
        "an integration that is not there, and one of another app, look the same",
        arguments: ["labels", "int", "other", ""])
    func unknown(name: String) {
        let asked = name == "int" ? integrationID.description : name
        #expect(decide(asked, by: otherApp).name == "unknown")
        #expect(decide("other").name == "unknown")
        #expect(decide("LABELS").name == "unknown")
    }

    @Test(
        "an integration that was stopped is refused before its routes are looked at",
        arguments: [(Integration.State.paused, "paused"), (.revoked, "revoked")])
    func stopped(state: Integration.State, verdict: String) {
        lending.apply([.integration(integration(state, expiresAt: FixedTime.start))])
        #expect(decide().name == verdict)
        #expect(decide("labels", "DELETE", "/x").name == verdict)
        lending.apply([.integration(integration())])
        #expect(decide().name == "allowed")
    }

    @Test("an integration ends at its moment, not after it")
    func expires() {
        lending.apply([.integration(integration(expiresAt: FixedTime.start(plus: 60)))])
        #expect(decide(at: FixedTime.start(plus: 59)).name == "allowed")
        #expect(decide(at: FixedTime.start(plus: 60)).name == "expired")
    }

    @Test("a change of version is seen by the very next decision")
    func nextVersion() throws {
        lending.apply([.credential(credential([version(1, "first", state: .previous), version(2, "second")]))])
        #expect(try value(decide()) == "second")
        lending.apply([.credential(credential([version(1, "first"), version(2, "second", state: .pending)]))])
        #expect(try value(decide()) == "first")
    }

    @Test("without a current version, a provider or a data key nothing is lent")
    func unavailable() {
        lending.apply([.credential(credential([version(1, "first", state: .retired)]))])
        #expect(decide().name == "unavailable")
        let empty = Lending()
        empty.apply([.integration(integration())])
        let bytes = Array("POST/v1/labels".utf8)
        let verdict = empty.decide(
            app: app, .name(Array("labels".utf8)), bytes.span, .init(method: 0..<4, path: 4..<14), at: FixedTime.start,
            query: { [] })
        #expect(verdict.name == "unavailable")
    }

    @Test("a version whose ciphertext is another version's does not open")
    func rolledBack() {
        lending.apply([.credential(credential([version(2, "old", sealedAs: 1)]))])
        guard case .allowed(let loan, _) = decide() else {
            Issue.record("the call itself is allowed")
            return
        }
        #expect(throws: SealFailure.refused) { _ = try loan.open() }
    }
}

extension LendVerdict {
    fileprivate var name: String {
        switch self {
        case .allowed: "allowed"
        case .unknown: "unknown"
        case .ambiguous: "ambiguous"
        case .paused: "paused"
        case .revoked: "revoked"
        case .expired: "expired"
        case .notAllowed: "notAllowed"
        case .unavailable: "unavailable"
        }
    }
}
