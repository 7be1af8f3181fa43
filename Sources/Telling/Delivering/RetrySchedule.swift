// SPDX-License-Identifier: Apache-2.0
package import Access

/// When a message is sent again that was not taken (Standard Webhooks 1.0): ten attempts over about three days.
package struct RetrySchedule: Equatable, Sendable {
    /// What is waited before each attempt; the first is at once.
    package let delays: [Length]
    /// What is added to a delay at most, in hundredths of it, so that many do not come back at once.
    static let jitter: Int64 = 20
    /// The longest wait that a receiver can ask for.
    package static let longestAskedFor = Length.seconds(3600)

    /// 0 s, 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h.
    package static let standard = RetrySchedule(
        delays: [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400].map { .seconds($0) })

    /// Any schedule.
    package init(delays: [Length]) { self.delays = delays }

    /// When the next attempt is, after `made` attempts; nil when there is none left.
    ///
    /// - Parameter asked: what the receiver asked to wait (`Retry-After`); believed up to ``longestAskedFor``.
    package func next(
        after made: Int64, asked: Length?, at now: Instant, using random: inout some RandomNumberGenerator
    ) -> Instant? {
        guard made > 0, made < delays.count else { return nil }
        let delay = delays[Int(made)]
        let spread = Int64.random(in: 0...max(0, delay.milliseconds * Self.jitter / 100), using: &random)
        let least = min(asked ?? .seconds(0), Self.longestAskedFor)
        return now + max(Length(milliseconds: delay.milliseconds + spread), least)
    }
}
