// SPDX-License-Identifier: Apache-2.0

/// Where random bits come from: the system generator in the program, a seeded one in tests.
package struct Randomness: RandomNumberGenerator, Sendable {
    private let draw: @Sendable () -> UInt64

    /// A source that draws 64 bits a call.
    package init(_ draw: @escaping @Sendable () -> UInt64) { self.draw = draw }

    /// The system's cryptographic generator.
    package static let system = Randomness {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
    }

    package mutating func next() -> UInt64 { draw() }
}
