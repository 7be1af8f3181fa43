// SPDX-License-Identifier: Apache-2.0
package import Access

/// A moment by both clocks: the calendar's, which can be set back and forth, and one that only goes forward.
/// Expiries and periods go by the first, rates by the second.
package struct Moment: Sendable {
    package let at: Instant
    /// Nanoseconds since some beginning.
    package let tick: UInt64

    /// A moment.
    package init(at: Instant, tick: UInt64) {
        self.at = at
        self.tick = tick
    }
}
