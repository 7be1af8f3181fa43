// SPDX-License-Identifier: Apache-2.0

import NIOCore

/// A time limit that is moved often and reached seldom: moving it later costs a store, not a timer.
final class Deadline {
    private let loop: any EventLoop
    private let reached: () -> Void
    private var due: NIODeadline?
    private var task: (at: NIODeadline, scheduled: Scheduled<Void>)?

    init(on loop: any EventLoop, reached: @escaping () -> Void) {
        self.loop = loop
        self.reached = reached
    }

    /// Reaches the limit after `amount` from now instead of when it was to be.
    func move(to amount: TimeAmount) {
        let due = loop.now + amount
        self.due = due
        if let task, task.at <= due { return }
        schedule(at: due)
    }

    /// Has no limit. A timer that is already set finds nothing to do.
    func lift() { due = nil }

    /// Lets go of the timer too: for the end of the connection.
    func stop() {
        due = nil
        task?.scheduled.cancel()
        task = nil
    }

    private func schedule(at due: NIODeadline) {
        task?.scheduled.cancel()
        task = (due, loop.assumeIsolated().scheduleTask(deadline: due) { self.fire() })
    }

    private func fire() {
        task = nil
        guard let due else { return }
        if due > loop.now {
            schedule(at: due)
        } else {
            self.due = nil
            reached()
        }
    }
}
