// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Brings the newest note to one place, again and again until the place has it. A note that was not delivered when the
/// next one comes is given up: the newer one proves all that it did.
package final class Delivery: Sendable {
    /// How it goes with a place. Told once for each change, not for each attempt.
    package enum Turn: Equatable, Sendable {
        /// It takes nothing, for this reason.
        case failing(String)
        /// It takes notes again.
        case recovered
    }

    private struct State {
        var newest: (number: Int, note: String)?
        var delivered = 0
        var isFailing = false
        var delay = Delivery.shortestDelay
    }

    /// The place.
    package let place: SecondPlace
    private let report: @Sendable (Turn) -> Void
    private let pause: @Sendable (Duration) async throws -> Void
    private let state = Mutex(State())
    private let wakeUps: AsyncStream<Void>
    private let wake: AsyncStream<Void>.Continuation

    static let shortestDelay = Duration.seconds(1)
    static let longestDelay = Duration.seconds(60)

    /// A delivery that has nothing to bring yet. `pause` waits, and throws when the wait was given up.
    package init(
        to place: SecondPlace, pause: @escaping @Sendable (Duration) async throws -> Void,
        report: @escaping @Sendable (Turn) -> Void
    ) {
        self.place = place
        self.pause = pause
        self.report = report
        (wakeUps, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Gives it a newer note. Never waits.
    package func offer(_ note: String) {
        state.withLock { $0.newest = (($0.newest?.number ?? 0) + 1, note) }
        wake.yield()
    }

    /// Delivers until its task is cancelled.
    package func run() async {
        for await _ in wakeUps {
            while !Task.isCancelled, await !attempt() {
                let delay = state.withLock { state in
                    defer { state.delay = min(state.delay * 2, Self.longestDelay) }
                    return state.delay
                }
                do { try await pause(delay) } catch { return }
            }
        }
    }

    /// Tries once to deliver what is not delivered yet; false when the place did not take it.
    @discardableResult
    package func attempt() async -> Bool {
        guard let (number, note) = undelivered else { return true }
        do {
            try await place.deliver(note)
            succeeded(number)
            return true
        } catch {
            // A wait that was given up says nothing of the place.
            if !Task.isCancelled { failed((error as? SecondPlaceFault)?.reason ?? "\(type(of: error))") }
            return false
        }
    }

    private var undelivered: (number: Int, note: String)? {
        state.withLock { state in state.newest.flatMap { $0.number > state.delivered ? $0 : nil } }
    }

    private func succeeded(_ number: Int) {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = false }
            state.delivered = max(state.delivered, number)
            state.delay = Self.shortestDelay
            return state.isFailing
        }
        if wasFailing { report(.recovered) }
    }

    private func failed(_ reason: String) {
        let wasFailing = state.withLock { state in
            defer { state.isFailing = true }
            return state.isFailing
        }
        if !wasFailing { report(.failing(reason)) }
    }
}
