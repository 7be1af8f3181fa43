// SPDX-License-Identifier: Apache-2.0
import Egress
import NIOCore
import Testing

@Suite("The decisions of the pool")
struct PoolStateTests {
    final class Connection {}
    typealias State = PoolState<String, Connection>

    private func state(per destination: Int = 3, idle: Int = 2) -> State {
        var limits = PoolLimits()
        limits.perDestination = destination
        limits.idlePerDestination = idle
        return State(limits: limits)
    }

    private func at(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(UInt64(seconds) * 1_000_000_000) }

    @Test("a connection given back is used again, the last one first")
    func lastInFirstOut() {
        var state = state()
        let (first, second) = (Connection(), Connection())
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.giveBack(first, "a", until: at(1 + 60)) == .keep)
        #expect(state.giveBack(second, "a", until: at(2 + 60)) == .keep)
        #expect(state.idleCount == 2)
        #expect(state.lease("a", at: at(3)) == .reuse(second))
        #expect(state.lease("a", at: at(3)) == .reuse(first))
        #expect(state.idleCount == 0)
        #expect(state.openCount == 2)
    }

    @Test("connections are not shared between destinations")
    func separate() {
        var state = state()
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.giveBack(Connection(), "a", until: at(1 + 60)) == .keep)
        #expect(state.lease("b", at: at(3)) == .dial)
    }

    @Test("a fresh connection passes by the unused ones")
    func fresh() {
        var state = state()
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.giveBack(Connection(), "a", until: at(1 + 60)) == .keep)
        #expect(state.leaseFresh("a") == .dial)
        #expect(state.openCount == 2)
    }

    @Test("no more are opened than may be, and a closed or failed one makes room")
    func limit() {
        var state = state(per: 2)
        let connection = Connection()
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.lease("a", at: at(3)) == .refuse)
        #expect(state.leaseFresh("a") == .refuse)
        #expect(state.lease("b", at: at(3)) == .dial)
        state.closed(connection, "a")
        #expect(state.lease("a", at: at(3)) == .dial)
        #expect(state.lease("a", at: at(3)) == .refuse)
        state.dialFailed("a")
        #expect(state.lease("a", at: at(3)) == .dial)
    }

    @Test("no more unused ones are kept than may be")
    func idleLimit() {
        var state = state(per: 3, idle: 1)
        for _ in 0..<3 { #expect(state.lease("a", at: at(3)) == .dial) }
        #expect(state.giveBack(Connection(), "a", until: at(1 + 60)) == .keep)
        #expect(state.giveBack(Connection(), "a", until: at(1 + 60)) == .close)
        #expect(state.openCount == 2)
        #expect(state.idleCount == 1)
    }

    @Test("an unused one that closes is not given out")
    func idleCloses() {
        var state = state()
        let (first, second) = (Connection(), Connection())
        for _ in 0..<2 { #expect(state.lease("a", at: at(3)) == .dial) }
        _ = state.giveBack(first, "a", until: at(1 + 60))
        _ = state.giveBack(second, "a", until: at(1 + 60))
        state.closed(second, "a")
        #expect(state.idleCount == 1)
        #expect(state.lease("a", at: at(3)) == .reuse(first))
        #expect(state.lease("a", at: at(3)) == .dial)
    }

    @Test("what was unused for too long is taken out, the rest stays")
    func expiry() {
        var state = state()
        let (old, young, other) = (Connection(), Connection(), Connection())
        for _ in 0..<3 { #expect(state.lease("a", at: at(0)) == .dial) }
        #expect(state.lease("b", at: at(0)) == .dial)
        // The shorter time is not always the older one.
        _ = state.giveBack(young, "a", until: at(65))
        _ = state.giveBack(old, "a", until: at(61))
        _ = state.giveBack(other, "b", until: at(62))
        state.expire(at: at(62))
        #expect(
            Set(state.takeExpired().map(ObjectIdentifier.init)) == [ObjectIdentifier(old), ObjectIdentifier(other)])
        #expect(state.takeExpired().isEmpty)
        #expect(state.idleCount == 1)
        #expect(state.openCount == 2)
        #expect(state.lease("a", at: at(62)) == .reuse(young))
        #expect(state.lease("b", at: at(62)) == .dial)
    }

    @Test("no call gets a connection whose time is over, though nobody has taken it out yet")
    func expiredAtLease() {
        var state = state()
        let (long, short) = (Connection(), Connection())
        for _ in 0..<2 { #expect(state.lease("a", at: at(0)) == .dial) }
        _ = state.giveBack(long, "a", until: at(60))
        _ = state.giveBack(short, "a", until: at(4))
        #expect(state.lease("a", at: at(4)) == .reuse(long))
        #expect(state.takeExpired().map(ObjectIdentifier.init) == [ObjectIdentifier(short)])
        #expect(state.openCount == 1)
        #expect(state.idleCount == 0)
    }

    @Test("counts never go astray in a random course")
    func randomCourse() {
        var random = Seeded(state: 7)
        var state = state(per: 4, idle: 2)
        var busy: [Connection] = []
        var idle: [Connection] = []
        for _ in 0..<20_000 {
            switch random.next() % 5 {
            case 0, 1:
                switch state.lease("a", at: at(3)) {
                case .reuse(let connection):
                    #expect(connection === idle.popLast())
                    busy.append(connection)
                case .dial: busy.append(Connection())
                case .refuse: #expect(busy.count + idle.count == 4)
                }
            case 2:
                guard let connection = busy.popLast() else { break }
                if state.giveBack(connection, "a", until: at(100)) == .keep { idle.append(connection) }
            case 3:
                guard let connection = busy.popLast() else { break }
                state.closed(connection, "a")
            default:
                guard !idle.isEmpty else { break }
                state.closed(idle.remove(at: Int(random.next() % UInt64(idle.count))), "a")
            }
            #expect(state.idleCount == idle.count)
            #expect(state.openCount == busy.count + idle.count)
            #expect(idle.count <= 2)
        }
    }
}

extension PoolState.Lease {
    static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.dial, .dial), (.refuse, .refuse): true
        case (.reuse(let one), .reuse(let other)): one === other
        default: false
        }
    }
}
