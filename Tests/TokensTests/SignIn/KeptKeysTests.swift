// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing
import Wire

@testable import Tokens

/// When an issuer is asked for its keys again.
@Suite struct KeptKeysTests {
    static let freshness: [(String?, Int64)] = [
        (nil, 3600), ("", 3600), ("max-age=600", 600), ("public, max-age=600", 600), ("Max-Age=\"600\"", 600),
        ("max-age=1", 300), ("max-age=0", 300), ("max-age=99999999", 86_400), ("no-store", 300),
        ("no-cache, max-age=86400", 300), ("max-age=-5", 3600), ("max-age=abc", 3600),
        ("max-age=99999999999999999999", 3600), ("s-maxage=10", 3600),
    ]

    @Test(arguments: KeptKeysTests.freshness.indices)
    func `as long as it says, from five minutes to a day`(_ row: Int) {
        let (header, seconds) = Self.freshness[row]
        #expect(Freshness.length(header) == .seconds(seconds))
    }

    private func kept(_ freshness: Int64) throws -> KeptKeys {
        var kept = KeptKeys()
        kept.took(
            try ForeignKeySet(Array(TestIssuer().keySet.text.utf8)), etag: nil, freshFor: .seconds(freshness),
            at: FixedTime.start)
        return kept
    }

    @Test func `used while fresh, then asked for`() throws {
        #expect(KeptKeys().step(at: FixedTime.start) == .ask)
        let kept = try kept(600)
        #expect(kept.step(at: FixedTime.start(plus: 599)) == .use)
        #expect(kept.step(at: FixedTime.start(plus: 600)) == .ask)
    }

    @Test func `the last good set is kept for a day when no other can be had`() throws {
        var kept = try kept(600)
        kept.failed(at: FixedTime.start(plus: 600))
        #expect(kept.step(at: FixedTime.start(plus: 601)) == .use)
        #expect(kept.step(at: FixedTime.start(plus: 605)) == .ask)
        kept.failed(at: FixedTime.start(plus: 600 + 86_399))
        #expect(kept.set != nil)
        kept.failed(at: FixedTime.start(plus: 600 + 86_400))
        #expect(kept.set == nil)
        #expect(kept.step(at: FixedTime.start(plus: 600 + 86_401)) == .wait)
    }

    @Test func `one that fails is asked less and less often, but each minute`() {
        var kept = KeptKeys()
        var now = FixedTime.start
        var pauses: [Int64] = []
        for _ in 0..<7 {
            kept.failed(at: now)
            let asked = now
            while kept.step(at: now) != .ask { now = now + .seconds(1) }
            pauses.append((now.milliseconds - asked.milliseconds) / 1000)
        }
        #expect(pauses == [5, 10, 20, 40, 60, 60, 60])
    }

    @Test func `an unknown key is reason to ask once a minute`() throws {
        let kept = try kept(600)
        #expect(!kept.mayAskForStranger(at: FixedTime.start(plus: 59)))
        #expect(kept.mayAskForStranger(at: FixedTime.start(plus: 60)))
    }
}
