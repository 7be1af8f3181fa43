// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Counts look-ups across threads.
final class LookUps: Sendable {
    private let made = Atomic<Int>(0)

    var count: Int { made.load(ordering: .sequentiallyConsistent) }

    /// The number of those before this one.
    func next() -> Int { made.wrappingAdd(1, ordering: .sequentiallyConsistent).oldValue }
}
