// SPDX-License-Identifier: Apache-2.0
import Access
import Telling
import TestKit
import Testing

@Suite struct EventBellTests {
    @Test func `what has rung already is not waited for`() async {
        let bell = EventBell()
        bell.ring(upTo: 7)
        #expect(await bell.wait(after: 6))
        #expect(bell.newest == 7)
    }

    @Test func `one ring wakes all who wait for it, and none who wait for more`() async {
        let bell = EventBell()
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<20 { group.addTask { await bell.wait(after: 4) } }
            let patient = Task { await bell.wait(after: 9) }
            let ringing = Task { await bell.run() }
            bell.ring(upTo: 5)
            for await woken in group { #expect(woken) }
            bell.ring(upTo: 10)
            #expect(await patient.value)
            ringing.cancel()
        }
    }

    @Test func `a cancelled wait ends, before and after it began`() async {
        let bell = EventBell()
        let wait = Task { await bell.wait(after: 4) }
        wait.cancel()
        #expect(await !wait.value)
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await bell.wait(after: 4) }
            await Task.yield()
            group.cancelAll()
            for await woken in group { #expect(!woken) }
        }
    }

    @Test func `closing ends every wait`() async {
        let bell = EventBell()
        let wait = Task { await bell.wait(after: 4) }
        bell.close()
        #expect(await !wait.value)
        #expect(await !bell.wait(after: 4))
    }

    @Test func `one caller has so many seats, all have so many more, and a seat left is free`() {
        let room = WaitingRoom(EventBell()) { _ in }
        let caller = Caller(key: KeyID(high: 1, low: 1), scopes: ScopeSet([]), accounts: nil, address: nil)
        #expect(sit(in: room, caller, WaitingRoom.mostOfOne))
        #expect(sit(in: room, caller, WaitingRoom.mostOfOne), "the seats were given back")
        #expect(!sit(in: room, caller, WaitingRoom.mostOfOne + 1))
    }

    /// Whether so many can be had at once.
    private func sit(in room: WaitingRoom, _ caller: Caller, _ count: Int) -> Bool {
        guard count > 0 else { return true }
        guard let seat = room.seat(for: caller) else { return false }
        return withExtendedLifetime(seat) { sit(in: room, caller, count - 1) }
    }
}
