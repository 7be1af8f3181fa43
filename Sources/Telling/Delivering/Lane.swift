// SPDX-License-Identifier: Apache-2.0
package import Access

/// The course of one webhook: decisions only, no I/O.
///
/// While all goes well it moves along the trail and nothing is written down but how far it is. A message that is not
/// taken gets a line of its own and is tried again by schedule, and the lane goes on. Once nothing at all is taken, it
/// tries one message at a time and waits between them, so that a dead receiver costs little and is asked often enough.
package struct Lane: Sendable {
    /// What it wants to do now.
    package enum Step: Equatable, Sendable {
        /// Send again what is due, at most so many.
        case retry(limit: Int)
        /// Send what follows `after` on the trail, at most so many.
        case advance(after: Int64, limit: Int)
        /// Nothing before that moment or before there is something new; nil: no such moment.
        case rest(until: Instant?)
        /// Nothing before that moment, whatever happens.
        case hold(until: Instant)
        /// Nothing any more.
        case stop
    }

    /// How many messages are under way at once, when all goes well.
    package static let widest = 8
    /// After so many failures in a row, one at a time is tried.
    static let tripsAt = 5
    /// The shortest and the longest wait between attempts then.
    static let shortestHold = Length.seconds(5)
    static let longestHold = Length.seconds(300)
    /// With so much that is not written down yet, it waits for that.
    static let mostUnwritten = 512

    package let id: WebhookID
    package let revision: Int64
    private let schedule: RetrySchedule
    private var position: Int64
    private var storedPosition: Int64
    private var width = 1
    private var failures = 0
    private var failingSince: Instant?
    private var storedFailingSince: Instant?
    private var heldUntil: Instant?
    private var nextRetry: Instant?
    private var retriedLast = false
    private var ending: Webhook.Ending?
    private var unwritten: [LaneProgress.Change] = []

    /// The lane of a webhook as it is stored; `nextRetry`: when the first of its deliveries is due.
    package init(_ webhook: Webhook, nextRetry: Instant?, schedule: RetrySchedule = .standard) {
        id = webhook.id
        revision = webhook.revision
        self.schedule = schedule
        position = webhook.position
        storedPosition = webhook.position
        failingSince = webhook.failingSince
        storedFailingSince = webhook.failingSince
        // After a restart one message is tried before the others follow.
        failures = webhook.failingSince == nil ? 0 : Self.tripsAt
        self.nextRetry = nextRetry
        ending = webhook.state == .active ? nil : webhook.ending ?? .byHand
    }

    /// Whether its receiver took nothing of late: then it may keep no other from being served.
    package var isDoubtful: Bool { failures > 0 }

    /// What to do, when the trail ends at `newest`.
    package func step(at now: Instant, newest: Int64) -> Step {
        guard ending == nil else { return .stop }
        guard unwritten.count < Self.mostUnwritten else { return .hold(until: now + .seconds(1)) }
        if let heldUntil, heldUntil > now { return .hold(until: heldUntil) }
        let isRetryDue = nextRetry.map { $0 <= now } ?? false
        let isNewThere = newest > position
        if isRetryDue, !isNewThere || !retriedLast { return .retry(limit: limit) }
        if isNewThere { return .advance(after: position, limit: limit) }
        return isRetryDue ? .retry(limit: limit) : .rest(until: nextRetry)
    }

    private var limit: Int { isTripped ? 1 : width }
    private var isTripped: Bool { failures >= Self.tripsAt }
}

/// What has happened.
extension Lane {
    /// Everything up to `sequence` was sent or was of no interest.
    package mutating func advanced(to sequence: Int64) {
        position = max(position, sequence)
        retriedLast = false
    }

    /// What was due was sent again; `next`: when the first of the rest is due.
    package mutating func retried(next: Instant?) {
        nextRetry = next
        retriedLast = true
    }

    /// An attempt has ended. `before`: the line the message has already, if it has one.
    package mutating func attempted(
        _ message: Message, before: Undelivered?, _ outcome: AttemptOutcome, at now: Instant,
        using random: inout Randomness
    ) {
        switch outcome.meaning {
        case .delivered: delivered(before)
        case .failed(let slowly, let asked):
            failed(at: now)
            hold(slowly: slowly, asked: asked, at: now)
            keep(message, before, outcome, asked: asked, at: now, using: &random)
            if let since = failingSince, since + Webhook.longestFailure <= now { end(.failing) }
        case .gone:
            failed(at: now)
            keep(message, before, outcome, asked: nil, at: now, using: &random)
            end(.gone)
        }
    }

    private mutating func delivered(_ before: Undelivered?) {
        // What a receiver missed while it was away it gets now, not hours later.
        if isTripped {
            unwritten.append(.bringForward)
            nextRetry = Instant(milliseconds: 0)
        }
        failures = 0
        failingSince = nil
        heldUntil = nil
        width = min(width * 2, Self.widest)
        if let before { unwritten.append(.delivered(before.sequence)) }
    }

    private mutating func failed(at now: Instant) {
        failures += 1
        failingSince = failingSince ?? now
        width = 1
    }

    private mutating func hold(slowly: Bool, asked: Length?, at now: Instant) {
        var wait = slowly ? max(asked ?? Self.shortestHold, Self.shortestHold) : .seconds(0)
        if isTripped {
            let doublings = min(failures - Self.tripsAt, 6)
            wait = max(wait, min(Length(milliseconds: Self.shortestHold.milliseconds << doublings), Self.longestHold))
        }
        if wait > .seconds(0) { heldUntil = max(heldUntil ?? now, now + wait) }
    }

    private mutating func keep(
        _ message: Message, _ before: Undelivered?, _ outcome: AttemptOutcome, asked: Length?, at now: Instant,
        using random: inout Randomness
    ) {
        let attempts = (before?.attempts ?? 0) + 1
        let next = schedule.next(after: attempts, asked: asked, at: now, using: &random)
        if let next { nextRetry = min(nextRetry ?? next, next) }
        unwritten.append(
            .missed(
                Undelivered(
                    sequence: message.sequence, event: message.id, type: message.type.description,
                    state: next == nil ? .dead : .waiting, attempts: attempts, firstAt: before?.firstAt ?? now,
                    lastAt: now, nextAt: next, status: outcome.status, reason: outcome.reason)))
    }

    private mutating func end(_ reason: Webhook.Ending) {
        guard ending == nil else { return }
        ending = reason
        unwritten.append(.disable(reason))
    }
}

/// What is to be written down.
extension Lane {
    /// All that is not written down; nil when that is nothing.
    package var progress: LaneProgress? {
        guard !unwritten.isEmpty || position != storedPosition || failingSince != storedFailingSince else { return nil }
        return LaneProgress(
            webhook: id, revision: revision, position: position, failingSince: failingSince, changes: unwritten)
    }

    /// That much of it is durable now.
    package mutating func wrote(_ progress: LaneProgress) {
        storedPosition = progress.position
        storedFailingSince = progress.failingSince
        unwritten.removeFirst(min(progress.changes.count, unwritten.count))
    }
}
