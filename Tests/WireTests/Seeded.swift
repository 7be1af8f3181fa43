// SPDX-License-Identifier: Apache-2.0

/// SplitMix64: the same seed gives the same test on every machine.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

    mutating func chance(_ oneIn: Int) -> Bool { below(oneIn) == 0 }

    mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    mutating func bytes(_ count: ClosedRange<Int>, from choices: [UInt8]) -> [UInt8] {
        (0..<Int.random(in: count, using: &self)).map { _ in choices[below(choices.count)] }
    }

    /// One to four small injuries: a byte changed, lost, doubled or put in, a piece cut off, copied or moved.
    mutating func mutated(_ original: [UInt8], with spice: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...below(4) where !bytes.isEmpty {
            let place = below(bytes.count)
            switch below(7) {
            case 0: bytes[place] = UInt8(below(256))
            case 1: bytes[place] = pick(spice)
            case 2: bytes.remove(at: place)
            case 3: bytes.insert(bytes[place], at: place)
            case 4: bytes.insert(pick(spice), at: place)
            case 5: bytes.removeSubrange(place..<min(bytes.count, place + below(8)))
            default: bytes.insert(contentsOf: bytes[place..<min(bytes.count, place + 12)], at: below(bytes.count))
            }
        }
        return bytes
    }
}
