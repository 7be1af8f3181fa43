// SPDX-License-Identifier: Apache-2.0
package import Access

/// The moments that tests happen at; nothing in a test asks a clock.
package enum FixedTime {
    /// 2026-01-31T09:00:00.000Z.
    package static let start = Instant(milliseconds: 1_769_850_000_000)

    /// Some seconds after ``start``, or before it.
    package static func start(plus seconds: Int64) -> Instant { start + .seconds(seconds) }
}
