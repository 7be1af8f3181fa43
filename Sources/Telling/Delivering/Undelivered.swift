// SPDX-License-Identifier: Apache-2.0
package import Access

/// A message that was not taken at its first attempt.
package struct Undelivered: Equatable, Sendable {
    /// What becomes of it.
    package enum State: String, Sendable, CaseIterable {
        /// It will be tried again.
        case waiting
        /// No attempt is left; only a replay sends it.
        case dead
    }

    package let sequence: Int64
    package let event: EventID
    package let type: String
    package var state: State
    /// How many were made.
    package var attempts: Int64
    package let firstAt: Instant
    package var lastAt: Instant
    /// When it is tried again; nil when it is not.
    package var nextAt: Instant?
    /// Of the last attempt.
    package var status: Int?
    /// Of the last attempt.
    package var reason: String?

    /// A delivery from all its parts.
    package init(
        sequence: Int64, event: EventID, type: String, state: State, attempts: Int64, firstAt: Instant, lastAt: Instant,
        nextAt: Instant?, status: Int?, reason: String?
    ) {
        self.sequence = sequence
        self.event = event
        self.type = type
        self.state = state
        self.attempts = attempts
        self.firstAt = firstAt
        self.lastAt = lastAt
        self.nextAt = nextAt
        self.status = status
        self.reason = reason
    }
}
