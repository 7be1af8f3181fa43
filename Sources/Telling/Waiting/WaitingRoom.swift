// SPDX-License-Identifier: Apache-2.0
package import Access
internal import Synchronization

/// Where calls wait for events: bounded, so that waiting costs a known amount of memory whoever asks.
package final class WaitingRoom: Sendable {
    private let bell: EventBell
    private let pause: @Sendable (Duration) async throws -> Void
    private let seats: Mutex<[String: Int]>

    /// How many calls may wait at once.
    package static let most = 256
    /// How many of one caller.
    package static let mostOfOne = 16

    /// A room in which that bell is heard.
    package init(_ bell: EventBell, pause: @escaping @Sendable (Duration) async throws -> Void) {
        self.bell = bell
        self.pause = pause
        seats = Mutex([:])
    }

    /// The newest event that is known to be durable.
    package var newest: Int64 { bell.newest }

    /// A caller's seat. Nil when all are taken, or all that one caller may have.
    package func seat(for caller: Caller) -> Seat? {
        let isFree = seats.withLock { seats in
            guard seats.values.reduce(0, +) < Self.most, seats[caller.name, default: 0] < Self.mostOfOne else {
                return false
            }
            seats[caller.name, default: 0] += 1
            return true
        }
        return isFree ? Seat(room: self, caller: caller.name) : nil
    }

    fileprivate func leave(_ caller: String) {
        seats.withLock { seats in
            let left = seats[caller, default: 1] - 1
            seats[caller] = left == 0 ? nil : left
        }
    }

    /// One seat; given back when it goes.
    package struct Seat: ~Copyable, Sendable {
        fileprivate let room: WaitingRoom
        fileprivate let caller: String

        /// Waits for an event behind `sequence`, `length` at most. False: nothing came in that time, or nothing will.
        package borrowing func wait(after sequence: Int64, atMost length: Duration) async -> Bool {
            await room.wait(after: sequence, atMost: length)
        }

        deinit { room.leave(caller) }
    }

    private func wait(after sequence: Int64, atMost length: Duration) async -> Bool {
        await withTaskGroup(of: Void.self) { [bell, pause] group in
            group.addTask { await bell.wait(after: sequence) }
            group.addTask { try? await pause(length) }
            await group.next()
            group.cancelAll()
        }
        return bell.newest > sequence
    }
}
