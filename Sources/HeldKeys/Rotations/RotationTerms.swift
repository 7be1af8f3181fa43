// SPDX-License-Identifier: Apache-2.0
package import Access

/// How carefully a value is replaced.
package struct RotationTerms: Equatable, Sendable {
    /// The share of lent calls that carry the new value at first, in percent: 1 to 100.
    package var share = 10
    /// How long that share is watched before all calls carry it.
    package var firstLook = Length.seconds(60)
    /// How long all calls carry it before the former key ends. Until then a refusal leads back.
    package var watch = Length.seconds(600)
    /// How long whoever holds the former value themselves is waited for at most.
    package var holders = Length.seconds(86_400)
    /// The credential whose key makes and deletes keys at the provider; nil for the one that is rotated.
    package var with: CredentialID? = nil
    /// Who makes the new key, where it is made by hand.
    package var assignee: UserID? = nil
    /// When it has to be over. What is late is told of; nothing is skipped for it.
    package var dueAt: Instant? = nil
    /// When steps at the provider may be begun; nil for always.
    package var window: MaintenanceWindow? = nil

    /// The usual care.
    package init() {}
}

/// Hours of the week in which something may be begun.
package struct MaintenanceWindow: Equatable, Sendable {
    /// Days it begins on, 1 being Monday.
    package let days: Set<Int>
    /// Minutes after midnight: its beginning, and its end, which is before the beginning where it lasts over midnight.
    package let from: Int
    package let to: Int
    /// Minutes that its clock is ahead of UTC.
    package let offset: Int

    /// A window.
    package init(days: Set<Int>, from: Int, to: Int, offset: Int) {
        self.days = days
        self.from = from
        self.to = to
        self.offset = offset
    }

    private static let day: Int64 = 1440

    /// The first moment from `now` on that is within; `now` itself where that is.
    package func opens(after now: Instant) -> Instant {
        let minute = (now.milliseconds / 60_000) + Int64(offset)
        let today = minute / Self.day
        let length = Int64(to > from ? to - from : to + Int(Self.day) - from)
        for day in (today - 1)...(today + 7) where days.contains(Int((day + 3) % 7) + 1) {
            let start = day * Self.day + Int64(from)
            if minute < start { return Instant(milliseconds: (start - Int64(offset)) * 60_000) }
            if minute < start + length { return now }
        }
        return now
    }
}

/// When and how a credential's value is replaced without anybody asking.
package struct RotationPolicy: Equatable, Sendable {
    /// So long after the current value was put in; nil for not by age.
    package var every: Length? = nil
    /// Whether it is replaced after somebody saw it.
    package var afterExposure = false
    package var terms = RotationTerms()

    /// A policy that asks for nothing.
    package init() {}

    /// When a value of that moment has to be replaced; nil for never.
    package func due(since at: Instant) -> Instant? { every.map { at + $0 } }
}

/// Why a value is replaced.
package enum RotationReason: String, Sendable, CaseIterable {
    case requested, scheduled, exposed, leaked, offboarding
}
