// SPDX-License-Identifier: Apache-2.0
import Access
import HeldKeys
import Secrets
import TestKit
import Testing

@Suite struct LendingReachTests {
    private let account = AccountID(high: 1, low: 1)
    private let app = AppID(high: 1, low: 2)
    private let lending = Lending()
    private let stripe: Origin
    private let openai: Origin

    init() throws {
        var random = Seeded(1)
        let dataKey = SealingKey(Secret(count: 32, using: &random))
        lending.apply([.dataKey(account, dataKey)])
        stripe = try #require(Origin("https://api.stripe.example"))
        openai = try #require(Origin("https://api.openai.example"))
        for (number, origin) in [stripe, openai].enumerated() {
            let id = CredentialID(high: 2, low: UInt64(number))
            let version = VersionID(high: 3, low: UInt64(number))
            let box = dataKey.seal(Secret(text: "value"), for: Vault.place(account, id, version, number: 1))
            lending.apply([
                .provider(
                    Provider(
                        name: "p\(number)", title: "P", origins: [OriginPattern(origin)],
                        slots: [.header(name: "X-Key", format: try #require(SlotFormat("{value}")))],
                        createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)),
                .credential(
                    Credential(
                        id: id, account: account, provider: "p\(number)", name: "key",
                        versions: [
                            CredentialVersion(
                                id: version, number: 1, state: .current, fingerprint: "", box: box,
                                createdAt: FixedTime.start)
                        ], createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)),
            ])
        }
    }

    /// An integration with the first provider, or with the one of that number.
    @discardableResult
    private func grant(
        _ name: String, provider: UInt64 = 0, _ state: Integration.State = .active, expiresAt: Instant? = nil
    ) -> Integration {
        let number = name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) }
        let made = Integration(
            id: IntegrationID(high: 4, low: number), name: name, app: app, account: account,
            credential: CredentialID(high: 2, low: provider), allow: [.of(["*"], "/**")], expiresAt: expiresAt,
            state: state, createdAt: FixedTime.start, updatedAt: FixedTime.start, revision: 1)
        lending.apply([.integration(made)])
        return made
    }

    private func reach(_ name: String? = nil, _ origin: Origin? = nil, by app: AppID? = nil) -> OriginReach {
        lending.reach(
            origin ?? stripe, of: app ?? self.app, named: name.map { Array($0.utf8) }, at: FixedTime.start)
    }

    @Test("the only active one is taken, and nothing leads where there is none")
    func only() {
        #expect(reach() == .nowhere)
        let live = grant("live")
        #expect(reach() == .integration(live))
        #expect(reach(nil, openai) == .nowhere)
        #expect(reach(by: AppID(high: 9, low: 9)) == .nowhere)
        grant("old", .revoked)
        grant("held", .paused)
        #expect(reach() == .integration(live))
    }

    @Test("among several the name decides, or the id; without one they are named")
    func several() {
        let (live, test) = (grant("live"), grant("test"))
        #expect(reach() == .ambiguous(["live", "test"]))
        #expect(reach("live") == .integration(live))
        #expect(reach(test.id.description) == .integration(test))
        #expect(reach("tset") == .unknown(["live", "test"]))
    }

    @Test("one that was named and is not to be used is never traded for another")
    func neverAnother() {
        grant("live")
        grant("test", .paused)
        #expect(reach("test") == .closed(.paused))
        grant("test", .revoked)
        #expect(reach("test") == .closed(.revoked))
        grant("test", expiresAt: FixedTime.start)
        #expect(reach("test") == .closed(.expired))
        lending.apply([.integration(grant("gone", provider: 7))])
        #expect(reach("gone") == .closed(.unavailable))
    }

    @Test("a name that leads elsewhere says nothing about this host")
    func elsewhere() {
        grant("test")
        let model = grant("model", provider: 1)
        #expect(reach("test", openai) == .integration(model))
        #expect(reach("nobody", openai) == .unknown(["model"]))
        #expect(reach("nobody", Origin("https://pypi.example")) == .nowhere)
    }
}
