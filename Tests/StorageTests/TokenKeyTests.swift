// SPDX-License-Identifier: Apache-2.0
import Access
import IssuedKeys
import Secrets
import Storage
import TestKit
import Testing
import Tokens

/// The keys that tokens are signed with, over the months.
@Suite struct TokenKeyTests {
    private static let start = FixedTime.start

    private static func claims(_ mint: Mint, at now: Instant) -> TokenClaims {
        var random = Seeded(3)
        let account = AccountID(at: now, using: &random)
        return TokenClaims(
            issuer: mint.issuer, audience: "acme", id: TokenID(at: now, using: &random), issuedAt: now,
            expiresAt: now + TokenTimes.longestLife, owner: .account(account), account: account,
            key: KeyID(at: now, using: &random), secret: 1, keyspace: "acme", environment: "live",
            scopes: ScopeSet([]))
    }

    @Test("a key is followed by itself after its time: known before it signs, and good as long as what it signed")
    func followed() async throws {
        let world = try await World.make()
        let mint = Mint(issuer: "https://keys.test", algorithm: .es256)
        let ledger = Ledger(
            engine: world.engine, index: world.index, lending: world.lending, vault: world.vault, mint: mint,
            random: .seeded(5))
        let keys = TokenKeys(store: ledger.tokens(), random: .seeded(6))
        try await keys.tend(at: Self.start)
        let first = mint.published(at: Self.start)
        #expect(Set(first.map(\.algorithm)) == Set(TokenAlgorithm.allCases) && first.count == 2)
        #expect(first.allSatisfy { $0.state(at: Self.start) == .current })

        let due = Self.start + TokenTimes.keyLife
        for early in [Self.start, Instant(milliseconds: due.milliseconds - 1)] {
            try await keys.tend(at: early)
            #expect(mint.published(at: early) == first)
        }
        try await keys.tend(at: due)
        let both = mint.published(at: due)
        #expect(both.count == 4 && both.count { $0.state(at: due) == .next } == 2)
        // Tending twice follows nothing twice.
        try await keys.tend(at: due + .seconds(30))
        #expect(mint.published(at: due) == both)

        let turn = due + TokenTimes.lead
        let before = Instant(milliseconds: turn.milliseconds - 1)
        let last = try #require(mint.sign(Self.claims(mint, at: before), .access))
        let newer = try #require(mint.sign(Self.claims(mint, at: turn), .access))
        #expect(last.prefix(120) != newer.prefix(120))
        let end = turn + TokenTimes.longestLife + TokenTimes.skew
        #expect(mint.read(last, at: Instant(milliseconds: end.milliseconds - 1)) != nil)
        #expect(mint.read(last, at: end) == nil && mint.read(newer, at: end) != nil)

        try await keys.tend(at: end)
        let left = try await keys.list(by: .setup, at: end)
        #expect(left.count == 2 && Set(left.map(\.id)).isDisjoint(with: first.map(\.id)))
    }
}
