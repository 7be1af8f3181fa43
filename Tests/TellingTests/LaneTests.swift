// SPDX-License-Identifier: Apache-2.0
import Access
import Telling
import TestKit
import Testing

/// A lane and a clock, driven by hand.
private struct Ride {
    var lane: Lane
    var now = FixedTime.start
    var random = Randomness.seeded(4)

    init(_ webhook: Webhook = .sample(), nextRetry: Instant? = nil) { lane = Lane(webhook, nextRetry: nextRetry) }

    func step(newest: Int64 = 100) -> Lane.Step { lane.step(at: now, newest: newest) }

    mutating func attempt(_ sequence: Int64, _ status: Int, retryAfter: Int64? = nil, before: Undelivered? = nil) {
        lane.attempted(
            Message(.sample(sequence: sequence)), before: before, .answered(status: status, retryAfter: retryAfter),
            at: now, using: &random)
    }

    /// Sends one and moves past it.
    mutating func advance(_ sequence: Int64, _ status: Int) {
        attempt(sequence, status)
        lane.advanced(to: sequence)
    }

    var missed: [Undelivered] {
        (lane.progress?.changes ?? []).compactMap { change in
            if case .missed(let delivery) = change { delivery } else { nil }
        }
    }
}

@Suite struct LaneTests {
    @Test func `while all goes well it widens, and nothing is written but how far it is`() {
        var ride = Ride()
        #expect(ride.step() == .advance(after: 0, limit: 1))
        for (sequence, width) in [(1, 2), (2, 4), (3, 8), (4, 8)] as [(Int64, Int)] {
            ride.advance(sequence, 204)
            #expect(ride.step() == .advance(after: sequence, limit: width))
        }
        #expect(ride.lane.progress?.changes == [])
        #expect(ride.lane.progress?.position == 4)
        #expect(ride.step(newest: 4) == .rest(until: nil))
    }

    @Test func `a message that is not taken gets a line, and the lane goes on`() throws {
        var ride = Ride()
        ride.advance(1, 500)
        let missed = try #require(ride.missed.first)
        #expect(missed.state == .waiting && missed.attempts == 1 && missed.status == 500)
        #expect(ride.step() == .advance(after: 1, limit: 1))
        ride.advance(2, 200)
        let due = try #require(missed.nextAt)
        #expect(ride.step(newest: 2) == .rest(until: due))
        ride.now = due
        #expect(ride.step(newest: 2) == .retry(limit: 2))
    }

    @Test func `a message taken late loses its line`() throws {
        var ride = Ride()
        ride.advance(1, 500)
        let missed = try #require(ride.missed.first)
        try ride.lane.wrote(#require(ride.lane.progress))
        ride.now = try #require(missed.nextAt)
        ride.attempt(1, 200, before: missed)
        #expect(ride.lane.progress?.changes == [.delivered(1)])
    }

    @Test func `after the last attempt it is dead`() {
        var ride = Ride()
        let last = Undelivered(
            sequence: 1, event: EventID(high: 1, low: 1), type: "key.revoke", state: .waiting, attempts: 9,
            firstAt: ride.now, lastAt: ride.now, nextAt: ride.now, status: 500, reason: nil)
        ride.attempt(1, 500, before: last)
        #expect(ride.missed.map(\.state) == [.dead])
        #expect(ride.missed.map(\.attempts) == [10])
        #expect(ride.missed.allSatisfy { $0.nextAt == nil })
    }

    @Test func `after five failures in a row it waits, longer and longer, five minutes at most`() {
        var ride = Ride()
        for sequence in 1...4 as ClosedRange<Int64> { ride.advance(sequence, 500) }
        #expect(ride.step() == .advance(after: 4, limit: 1))
        var waits: [Int64] = []
        for sequence in 5...14 as ClosedRange<Int64> {
            ride.advance(sequence, 500)
            guard case .hold(let until) = ride.step() else {
                Issue.record("it does not wait")
                return
            }
            waits.append((until.milliseconds - ride.now.milliseconds) / 1000)
            ride.now = until
        }
        #expect(waits == [5, 10, 20, 40, 80, 160, 300, 300, 300, 300])
    }

    @Test func `once it is taken again, all that waits comes at once`() {
        var ride = Ride()
        for sequence in 1...6 as ClosedRange<Int64> {
            ride.advance(sequence, 500)
            ride.now = ride.now + .seconds(300)
        }
        ride.advance(7, 200)
        #expect(ride.lane.progress?.changes.last == .bringForward)
        #expect(ride.lane.progress?.failingSince == nil)
        #expect(ride.step(newest: 7) == .retry(limit: 2))
    }

    @Test func `retries and what is new take turns`() {
        var ride = Ride(nextRetry: FixedTime.start)
        #expect(ride.step() == .retry(limit: 1))
        ride.lane.retried(next: FixedTime.start)
        #expect(ride.step() == .advance(after: 0, limit: 1))
        ride.advance(1, 200)
        #expect(ride.step() == .retry(limit: 2))
    }

    @Test func `410 ends it, and the message is not lost`() {
        var ride = Ride()
        ride.advance(1, 410)
        #expect(ride.step() == .stop)
        #expect(ride.lane.progress?.changes.last == .disable(.gone))
        #expect(ride.missed.count == 1)
    }

    @Test func `five days without a break of nothing taken end it`() {
        var ride = Ride()
        ride.advance(1, 500)
        ride.now = ride.now + Length(milliseconds: Webhook.longestFailure.milliseconds - 1)
        ride.advance(2, 500)
        #expect(ride.step() != .stop)
        ride.advance(3, 200)
        ride.advance(4, 500)
        ride.now = ride.now + Length(milliseconds: 1)
        ride.advance(5, 500)
        #expect(ride.step() != .stop, "a success began the count anew")
        ride.now = ride.now + Webhook.longestFailure
        ride.advance(6, 500)
        #expect(ride.step() == .stop)
        #expect(ride.lane.progress?.changes.last == .disable(.failing))
    }

    @Test func `a receiver with too much to do is left alone for as long as it asks, an hour at most`() {
        var ride = Ride()
        ride.attempt(1, 429, retryAfter: 40)
        ride.lane.advanced(to: 1)
        #expect(ride.step() == .hold(until: ride.now + .seconds(40)))
        ride.now = ride.now + .seconds(40)
        ride.lane.retried(next: nil)
        ride.attempt(2, 503, retryAfter: 40)
        ride.lane.advanced(to: 2)
        #expect(ride.step() == .advance(after: 2, limit: 1), "an error alone is no reason to be left alone")
        ride.attempt(3, 504, retryAfter: 100_000)
        ride.lane.advanced(to: 3)
        #expect(ride.step() == .hold(until: ride.now + .seconds(3600)))
    }

    @Test func `what was written down is not written again, what came meanwhile is`() throws {
        var ride = Ride()
        ride.advance(1, 500)
        let first = try #require(ride.lane.progress)
        ride.advance(2, 500)
        ride.lane.wrote(first)
        #expect(ride.missed.map(\.sequence) == [2])
        try ride.lane.wrote(#require(ride.lane.progress))
        #expect(ride.lane.progress == nil)
    }

    @Test func `a webhook that failed before a restart is tried with one message`() {
        let ride = Ride(.sample(failingSince: FixedTime.start, position: 9))
        #expect(ride.lane.isDoubtful)
        #expect(ride.step() == .advance(after: 9, limit: 1))
    }

    @Test func `with much that is not written down it waits for that`() {
        var ride = Ride()
        for sequence in 1...600 as ClosedRange<Int64> {
            ride.advance(sequence, 500)
            ride.advance(sequence, 200)
        }
        guard case .hold(let until) = ride.step(newest: 1000) else {
            Issue.record("it does not wait")
            return
        }
        #expect(until == ride.now + .seconds(1))
    }
}
