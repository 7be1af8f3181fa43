// SPDX-License-Identifier: Apache-2.0
package import Access
package import Metering

/// Since when uses were watched without a gap.
///
/// The start of the program ends a gap, and so does a calendar that was put forward or a machine that slept: in between
/// nobody could use anything, so that nothing follows from not having been used.
package struct Watch: Sendable {
    package private(set) var since: Instant
    private var last: Moment

    /// The calendar may run ahead of the other clock by so much from one look to the next.
    private static let tolerance: Int64 = 60_000

    /// A watch that begins.
    package init(at moment: Moment) {
        since = moment.at
        last = moment
    }

    /// Goes on to `moment`; begins anew where there is a gap before it.
    package mutating func move(to moment: Moment) {
        let passed = Int64(clamping: (moment.tick - min(last.tick, moment.tick)) / 1_000_000)
        if moment.at.milliseconds - last.at.milliseconds > passed + Self.tolerance { since = moment.at }
        last = moment
    }
}
