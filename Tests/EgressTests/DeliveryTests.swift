// SPDX-License-Identifier: Apache-2.0
import Egress
import Synchronization
import Testing

/// A place that refuses so many times before it takes a note, and what a delivery did about it.
private final class Stubborn: Sendable {
    private struct State {
        var refusals: Int
        var attempts = 0
        var taken: [String] = []
        var pauses: [Duration] = []
        var turns: [Delivery.Turn] = []
    }

    private let state: Mutex<State>
    /// What happens while the delivery waits, by the number of the wait.
    private let during: @Sendable (Int, Stubborn) -> Void
    private let delivery = Mutex<Delivery?>(nil)

    init(refusing refusals: Int, during: @escaping @Sendable (Int, Stubborn) -> Void = { _, _ in }) {
        state = Mutex(State(refusals: refusals))
        self.during = during
    }

    var attempts: Int { state.withLock(\.attempts) }
    var taken: [String] { state.withLock(\.taken) }
    var pauses: [Duration] { state.withLock(\.pauses) }
    var turns: [Delivery.Turn] { state.withLock(\.turns) }

    /// Makes a delivery whose waits end at once. Its task ends with the last note, or when there are too many waits.
    func deliver(_ notes: [String], until last: String) async {
        let made = Delivery(to: place(last)) { duration in
            let count = self.state.withLock { state in
                state.pauses.append(duration)
                return state.pauses.count
            }
            guard count < 100 else { throw CancellationError() }
            self.during(count, self)
        } report: { turn in
            self.state.withLock { $0.turns.append(turn) }
        }
        delivery.withLock { $0 = made }
        for note in notes { made.offer(note) }
        let task = Task { await made.run() }
        finish.withLock { $0 = { task.cancel() } }
        if taken.contains(last) { task.cancel() }
        await task.value
    }

    func offer(_ note: String) { delivery.withLock { $0 }?.offer(note) }

    private let finish = Mutex<@Sendable () -> Void>({})

    private func place(_ last: String) -> SecondPlace {
        SecondPlace(name: "stubborn") { note in
            let isTaken = self.state.withLock { state in
                state.attempts += 1
                guard state.refusals == 0 else {
                    state.refusals -= 1
                    return false
                }
                state.taken.append(note)
                return true
            }
            guard isTaken else { throw SecondPlaceFault("not today") }
            if note == last { self.finish.withLock { $0 }() }
        }
    }
}

@Suite struct DeliveryTests {
    @Test(
        "a note is brought again until the place takes it, with longer and longer waits, and the log hears of it twice")
    func again() async {
        let place = Stubborn(refusing: 9)
        await place.deliver(["a"], until: "a")
        #expect(place.taken == ["a"])
        #expect(place.pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60].map { .seconds($0) })
        #expect(place.turns == [.failing("not today"), .recovered])
    }

    @Test("what comes while the place takes nothing replaces what was waiting")
    func newest() async {
        let place = Stubborn(refusing: 3) { wait, place in place.offer("note \(wait)") }
        await place.deliver(["first"], until: "note 3")
        #expect(place.taken == ["note 3"])
        #expect(place.attempts == 4)
    }

    @Test("of several notes offered at once the newest is brought, once")
    func burst() async {
        let place = Stubborn(refusing: 0)
        await place.deliver(["a", "b", "c"], until: "c")
        #expect(place.taken == ["c"])
        #expect(place.turns.isEmpty)
    }

    @Test("an attempt by itself says whether the place took what there is")
    func attempt() async {
        let count = Mutex(0)
        let place = SecondPlace(name: "x") { _ in
            let isFirst = count.withLock { count in
                count += 1
                return count == 1
            }
            if isFirst { throw SecondPlaceFault("once") }
        }
        let delivery = Delivery(to: place) { _ in
        } report: { _ in
        }
        #expect(await delivery.attempt())
        #expect(count.withLock { $0 } == 0)
        delivery.offer("a")
        #expect(await !delivery.attempt())
        #expect(await delivery.attempt())
        #expect(await delivery.attempt())
        #expect(count.withLock { $0 } == 2)
    }
}
