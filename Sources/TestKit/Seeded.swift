// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Synchronization

/// SplitMix64: the same seed gives the same test on every machine.
package struct Seeded: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// A generator that starts at `seed`.
    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to `bound`, without it.
    package mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    /// One of `choices`.
    package mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }
}

extension Randomness {
    /// A repeatable source that may be drawn from anywhere.
    package static func seeded(_ seed: UInt64) -> Randomness {
        let generator = Shared(seed)
        return Randomness { generator.state.withLock { $0.next() } }
    }

    private final class Shared: Sendable {
        let state: Mutex<Seeded>
        init(_ seed: UInt64) { state = Mutex(Seeded(seed)) }
    }
}
