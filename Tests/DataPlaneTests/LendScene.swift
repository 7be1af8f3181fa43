// SPDX-License-Identifier: Apache-2.0
import Access
import DataPlane
import HeldKeys
import IssuedKeys
import Secrets
import TestKit
import Testing

/// An app with a key and an integration `carrier`, whose credential a stand-in takes in one slot.
struct LendScene {
    static let held = "held value&=/+é"
    var maker = KeyMaker(seed: 1)
    var sample: SampleKey
    let stranger: SampleKey
    let lending = Lending()
    let integration: Integration
    private let dataKey: SealingKey
    private static let credentialID = CredentialID(high: 1, low: 1)
    private static let versionID = VersionID(high: 1, low: 2)

    init(
        _ slot: CredentialSlot, port: Int, held: String = held, allow: [LendRule] = [.of(["*"], "/**")],
        care: LendCare = LendCare()
    ) throws {
        try self.init([slot], port: port, value: HeldValue(Secret(text: held)), allow: allow, care: care)
    }

    /// The same with a value of parts, and settings.
    init(
        _ slots: [CredentialSlot], port: Int, value: consuming HeldValue, settings: [CredentialSetting] = [],
        allow: [LendRule] = [.of(["*"], "/**")], care: LendCare = LendCare()
    ) throws {
        sample = maker.key()
        stranger = maker.key()
        var random = Seeded(2)
        dataKey = SealingKey(Secret(count: 32, using: &random))
        var provider = Provider(
            name: "carrier", title: "Carrier", origins: [try #require(OriginPattern("http://127.0.0.1:\(port)"))],
            slots: slots, createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        provider.allowedPrivateAddresses = [.of("127.0.0.0/8")]
        var integration = Integration(
            id: IntegrationID(high: 1, low: 3), name: "carrier", app: maker.app, account: maker.account,
            credential: Self.credentialID, allow: allow,
            expiresAt: nil, state: .active, createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        integration.care = care
        self.integration = integration
        lending.apply([
            .provider(provider), .dataKey(maker.account, dataKey), .credential(credential(value, settings)),
            .integration(integration),
        ])
    }

    /// The integration with these limits.
    func integration(
        _ limits: [Limit], _ quota: Quota?, state: Integration.State = .active
    ) -> Integration {
        var integration = Integration(
            id: IntegrationID(high: 1, low: 3), name: "carrier", app: maker.app, account: maker.account,
            credential: Self.credentialID, allow: [.of(["*"], "/**")], expiresAt: nil, state: state,
            createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 2)
        integration.limits = limits
        integration.quota = quota
        return integration
    }

    /// A value as it lies in the vault.
    func sealed(_ value: String) -> [UInt8] {
        dataKey.seal(Secret(text: value), for: Vault.place(maker.account, Self.credentialID, Self.versionID, number: 1))
    }

    private func credential(_ value: borrowing HeldValue, _ settings: [CredentialSetting]) -> Credential {
        let place = Vault.place(
            maker.account, Self.credentialID, Self.versionID, number: 1, parts: value.partNames)
        var credential = credential(box: value.revealingAll { dataKey.seal($0, for: place) })
        credential.versions[0].parts = value.partNames
        credential.settings = settings
        return credential
    }

    /// The credential with this ciphertext for its current version.
    func credential(box: [UInt8]) -> Credential {
        Credential(
            id: Self.credentialID, account: maker.account, provider: "carrier", name: "key",
            versions: [
                CredentialVersion(
                    id: Self.versionID, number: 1, state: .current, fingerprint: "", box: box,
                    createdAt: FixedTime.start)
            ], createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
    }

    /// The credential after its value was replaced.
    func nextVersion(_ value: String, number: Int64 = 2) -> Credential {
        var credential = credential(box: [])
        let id = VersionID(high: 1, low: 100 + UInt64(number))
        credential.versions[0].state = .previous
        let place = Vault.place(maker.account, Self.credentialID, id, number: number)
        credential.versions.append(
            CredentialVersion(
                id: id, number: number, state: .current, fingerprint: "",
                box: dataKey.seal(Secret(text: value), for: place),
                createdAt: FixedTime.start))
        return credential
    }

    var changes: [KeyChange] { maker.setting + [.key(sample.key), .key(stranger.key)] }

    /// A server and a stand-in for the length of the body.
    static func with(
        _ slot: CredentialSlot, held: String = held, allow: [LendRule] = [.of(["*"], "/**")],
        care: LendCare = LendCare(), reply: StandIn.Reply = .ok(), via: String? = nil, log: LendLog? = nil,
        _ body: (LendScene, Server, StandIn) async throws -> Void
    ) async throws {
        let standIn = try await StandIn(reply)
        let scene = try LendScene(slot, port: standIn.port, held: held, allow: allow, care: care)
        try await Server.with(scene.changes, lending: scene.lending, via: via, log: log) { server in
            try await body(scene, server, standIn)
        }
        await standIn.close()
    }

    /// The same with several slots and a value of parts.
    static func with(
        _ slots: [CredentialSlot], parts: [String: String], settings: [CredentialSetting] = [],
        replies: StandIn.Reply = .ok(),
        _ body: (LendScene, Server, StandIn) async throws -> Void
    ) async throws {
        let standIn = try await StandIn(replies)
        var given = parts.map { (name: $0.key, bytes: Array($0.value.utf8)) }
        let scene = try LendScene(
            slots, port: standIn.port, value: HeldValue(wiping: &given), settings: settings)
        try await Server.with(scene.changes, lending: scene.lending) { server in try await body(scene, server, standIn)
        }
        await standIn.close()
    }

    func request(_ target: String, _ fields: [String], method: String = "GET", body: String = "") -> String {
        let lines = fields.map { $0 + "\r\n" }.joined()
        return "\(method) /lend/carrier\(target) HTTP/1.1\r\nHost: bitting.example\r\n\(lines)\r\n\(body)"
    }

    var bearer: String { "Authorization: Bearer \(sample.string)" }
}

extension CredentialSlot {
    static func bearer() throws -> CredentialSlot {
        .header(name: "Authorization", format: try #require(SlotFormat("Bearer {value}")))
    }

    static func field(_ name: String, _ format: String = "{value}") throws -> CredentialSlot {
        .header(name: name, format: try #require(SlotFormat(format)))
    }

    static func basic(_ format: String) throws -> CredentialSlot { .basic(format: try #require(SlotFormat(format))) }

    static func parameter(_ name: String) throws -> CredentialSlot {
        .query(name: name, format: try #require(SlotFormat("{value}")))
    }
}
