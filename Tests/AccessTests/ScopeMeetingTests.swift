// SPDX-License-Identifier: Apache-2.0
import Access
import TestKit
import Testing

@Suite struct ScopeMeetingTests {
    @Test("what two sets hold together is exactly what each of them holds", arguments: 0..<200 as Range<UInt64>)
    func meeting(seed: UInt64) throws {
        var random = Seeded(seed)
        let parts = ["a", "b", "c", "*"]
        func set() -> ScopeSet {
            ScopeSet((0..<random.below(5)).compactMap { _ in Scope("\(random.pick(parts)):\(random.pick(parts))") })
        }
        let (left, right) = (set(), set())
        let both = left.narrowed(to: right)
        for resource in ["a", "b", "c", "d"] {
            for action in ["a", "b", "c", "d"] {
                let scope = try #require(Scope("\(resource):\(action)"))
                #expect(both.covers(scope) == (left.covers(scope) && right.covers(scope)), "\(left) \(right) \(scope)")
            }
        }
    }
}
