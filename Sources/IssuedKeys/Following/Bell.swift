// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Wakes everybody who waits for something to happen.
///
/// Whoever waits first reads ``rung``, then looks whether it has happened already, then waits after what was read: a
/// ring in between is not missed.
final class Bell: Sendable {
    private enum Place {
        /// On his way to wait.
        case coming
        case waiting(CheckedContinuation<Void, Never>)
        /// Woken before he waited.
        case woken
    }

    private struct State {
        var rung: UInt64 = 0
        var next = 0
        var places: [Int: Place] = [:]
    }

    private let state = Mutex(State())

    /// How often it rang.
    var rung: UInt64 { state.withLock { $0.rung } }

    func ring() {
        let woken = state.withLock { state in
            state.rung += 1
            let places = state.places
            state.places = [:]
            return places
        }
        for case .waiting(let continuation) in woken.values { continuation.resume() }
    }

    /// Waits until it rings, unless it did since `seen`; until `end`; or until the task is cancelled.
    func wait(after seen: UInt64, until end: ContinuousClock.Instant) async {
        let number = state.withLock { state in
            state.next += 1
            state.places[state.next] = .coming
            return state.next
        }
        let timer = Task {
            try? await Task.sleep(until: end, clock: .continuous)
            wake(number)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isLate = state.withLock { state in
                    guard state.rung == seen, case .coming? = state.places[number] else { return true }
                    state.places[number] = .waiting(continuation)
                    return false
                }
                if isLate { continuation.resume() }
            }
        } onCancel: {
            wake(number)
        }
        timer.cancel()
        state.withLock { $0.places[number] = nil }
    }

    private func wake(_ number: Int) {
        let place = state.withLock { state in
            let place = state.places[number]
            if case .coming? = place { state.places[number] = .woken }
            if case .waiting? = place { state.places[number] = nil }
            return place
        }
        if case .waiting(let continuation)? = place { continuation.resume() }
    }
}
