// SPDX-License-Identifier: Apache-2.0
package import Access

/// Something to tell about a key ahead of a moment, once for each such moment.
package struct Notice: Equatable, Sendable {
    /// What it is about.
    package enum Topic: String, Sendable, CaseIterable { case expiry, rotation, grace }

    package let topic: Topic
    /// The moment it is about. Moved, it is another one, and is told of anew.
    package let occasion: Instant
    /// Which of the topic's notices, counted from the earliest.
    package let step: Int64
    /// When it is to be told.
    package let at: Instant

    /// The event that tells it.
    package var action: String {
        switch topic {
        case .expiry: at == occasion ? "key.expired" : "key.expires_soon"
        case .rotation: "key.rotation_due"
        case .grace: "key.grace_ends_soon"
        }
    }

    /// How long ahead it is meant to come; zero at the moment itself.
    package var ahead: Length { Length(milliseconds: occasion.milliseconds - at.milliseconds) }

    /// How far a topic has been told.
    package struct Told: Equatable, Sendable {
        package let occasion: Instant
        package let step: Int64

        /// Told up to a step.
        package init(occasion: Instant, step: Int64) {
            self.occasion = occasion
            self.step = step
        }
    }
}

extension Key {
    /// All that will be told of it, earliest first within a topic. What would have had to be told before there was
    /// anything to tell is left out: a key for an hour is not announced a week ahead.
    func notices(in keyspace: Keyspace) -> [Notice] {
        var notices: [Notice] = []
        if let end = expiresAt { notices += Self.notices(.expiry, end, days: [7, 1, 0], since: createdAt) }
        if let secret = currentSecret, let due = rotationDue(in: keyspace), due < expiresAt ?? .distantFuture {
            notices += Self.notices(.rotation, due, days: [14, 3, 0], since: secret.createdAt)
        }
        if let secret = secrets.first(where: { $0.role == .retiring }) { notices += graceNotices(secret) }
        return notices
    }

    private static func notices(
        _ topic: Notice.Topic, _ occasion: Instant, days: [Int64], since start: Instant
    ) -> [Notice] {
        days.enumerated().compactMap { step, days in
            let at = Instant(milliseconds: occasion.milliseconds - days * 86_400_000)
            guard days == 0 || at > start else { return nil }
            return Notice(topic: topic, occasion: occasion, step: Int64(step), at: at)
        }
    }

    /// At half of the grace, and an hour before its end where that is later.
    private func graceNotices(_ secret: KeySecret) -> [Notice] {
        let (start, end) = (secret.retiringSince ?? secret.createdAt, graceEnd(of: secret))
        let half = Instant(milliseconds: start.milliseconds + (end.milliseconds - start.milliseconds) / 2)
        let last = Instant(milliseconds: end.milliseconds - 3_600_000)
        return [half, last].enumerated().compactMap { step, at in
            guard step == 0 || at > half else { return nil }
            return Notice(topic: .grace, occasion: end, step: Int64(step), at: at)
        }
    }
}
