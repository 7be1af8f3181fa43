// SPDX-License-Identifier: Apache-2.0
package import Access

/// What is told on the way to the deadline and after it.
package enum OffboardingAlert: String, Sendable {
    case half, threeQuarters = "three_quarters", deadline, late
}

extension Offboarding {
    /// The alert that is due, if one is. They come in order: at half of the time, at three quarters, at the deadline, and
    /// every hour after it. Of several that are due at once the last one is told.
    package func alert(at now: Instant) -> (alert: OffboardingAlert, count: Int64)? {
        let due = alertsDue(by: now)
        guard due > alerts else { return nil }
        switch due {
        case 1: return (.half, 1)
        case 2: return (.threeQuarters, 2)
        case 3: return (.deadline, 3)
        default: return (.late, due)
        }
    }

    /// When the next alert is due.
    package var nextAlert: Instant {
        switch alerts {
        case 0: startedAt + share(of: 2, 4)
        case 1: startedAt + share(of: 3, 4)
        case 2: deadline
        default: deadline + .seconds((alerts - 2) * 3600)
        }
    }

    private func alertsDue(by now: Instant) -> Int64 {
        guard now >= deadline else {
            return now >= startedAt + share(of: 3, 4) ? 2 : now >= startedAt + share(of: 2, 4) ? 1 : 0
        }
        return 3 + (now.milliseconds - deadline.milliseconds) / 3_600_000
    }

    private func share(of part: Int64, _ whole: Int64) -> Length {
        Length(milliseconds: (deadline.milliseconds - startedAt.milliseconds) / whole * part)
    }
}
