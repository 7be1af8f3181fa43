// SPDX-License-Identifier: Apache-2.0
internal import Synchronization

/// Rings when events are durable, and wakes those who wait for them.
///
/// Whoever rings wakes one task at most, so that a commit does not pay for how many wait; that task, ``run()``, wakes
/// the rest.
package final class EventBell: Sendable {
    private struct State {
        var newest: Int64 = 0
        var webhooksChanged = false
        var isClosed = false
        var tickets: UInt64 = 0
        var waiting: [UInt64: Waiter] = [:]
    }

    private struct Waiter {
        let after: Int64
        let continuation: CheckedContinuation<Void, Never>
    }

    private let state = Mutex(State())
    private let rings: AsyncStream<Void>
    private let rope: AsyncStream<Void>.Continuation

    /// A bell that has not rung.
    package init() { (rings, rope) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    /// The sequence of the newest event that is known to be durable.
    package var newest: Int64 { state.withLock { $0.newest } }

    /// There are durable events up to `sequence`; `webhooksChanged`: and webhooks are not what they were.
    package func ring(upTo sequence: Int64, webhooksChanged: Bool = false) {
        state.withLock { state in
            state.newest = max(state.newest, sequence)
            if webhooksChanged { state.webhooksChanged = true }
        }
        rope.yield()
    }

    /// Whether webhooks changed since this was last asked.
    func takeWebhooksChanged() -> Bool {
        state.withLock { state in
            defer { state.webhooksChanged = false }
            return state.webhooksChanged
        }
    }

    /// Whether they changed, asked without taking note of it.
    var haveWebhooksChanged: Bool { state.withLock { $0.webhooksChanged } }

    /// Wakes those who wait, until its task is cancelled.
    package func run() async {
        for await _ in rings { wake() }
    }

    /// Nobody waits any more, from now on.
    package func close() {
        state.withLock { $0.isClosed = true }
        wake()
    }

    private func wake() {
        let woken = state.withLock { state in
            let woken = state.waiting.filter { state.isClosed || $0.value.after < state.newest }
            for ticket in woken.keys { state.waiting[ticket] = nil }
            return woken.values.map(\.continuation)
        }
        for continuation in woken { continuation.resume() }
    }

    /// Waits until there is an event behind `sequence`, the bell is closed, or the task is cancelled. Whether there is
    /// one.
    @discardableResult
    package func wait(after sequence: Int64) async -> Bool {
        let ticket = state.withLock { state in
            state.tickets += 1
            return state.tickets
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayWait = state.withLock { state in
                    guard !state.isClosed, state.newest <= sequence, !Task.isCancelled else { return false }
                    state.waiting[ticket] = Waiter(after: sequence, continuation: continuation)
                    return true
                }
                if !mayWait { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: ticket) }?.continuation.resume()
        }
        return newest > sequence
    }
}
