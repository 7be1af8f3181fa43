// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// How many connections one event loop may hold.
package struct PoolLimits: Sendable {
    /// Connections to one destination, busy and unused together.
    package var perDestination = 256
    /// Unused connections kept to one destination.
    package var idlePerDestination = 64

    /// The usual limits.
    package init() {}
}

/// Which connections one event loop holds and what becomes of them: decisions only, no I/O.
package struct PoolState<Key: Hashable, Connection: AnyObject> {
    /// How a call gets its connection.
    package enum Lease {
        /// Use this one, the most recently used of those that wait.
        case reuse(Connection)
        /// Open one. It counts from now on: answer with `dialFailed` or `closed` when it comes to nothing.
        case dial
        /// As many are open as may be.
        case refuse
    }

    /// What becomes of a connection whose call is done.
    package enum GiveBack: Equatable {
        case keep, close
    }

    private struct Idle {
        let connection: Connection
        let until: NIODeadline
    }

    private struct Lane {
        /// The one used last at the end.
        var idle: ContiguousArray<Idle> = []
        /// Unused, busy and being dialed.
        var open = 0
    }

    private let limits: PoolLimits
    private var lanes: [Key: Lane] = [:]
    private var expired: [Connection] = []
    /// Unused connections to all destinations.
    package private(set) var idleCount = 0
    /// Connections to all destinations: unused, busy and being dialed.
    package private(set) var openCount = 0

    /// No connections yet.
    package init(limits: PoolLimits = PoolLimits()) {
        self.limits = limits
    }

    /// Decides how a call to `key` gets its connection. Ones whose time is over are passed by, see `takeExpired`.
    package mutating func lease(_ key: Key, at now: NIODeadline) -> Lease {
        while let last = lanes[key]?.idle.popLast() {
            idleCount -= 1
            if last.until > now { return .reuse(last.connection) }
            expired.append(last.connection)
            forget(key)
        }
        return canDial(key) ? .dial : .refuse
    }

    /// Counts a new connection that must not be a used one.
    package mutating func leaseFresh(_ key: Key) -> Lease {
        canDial(key) ? .dial : .refuse
    }

    private mutating func canDial(_ key: Key) -> Bool {
        guard lanes[key, default: Lane()].open < limits.perDestination else { return false }
        lanes[key, default: Lane()].open += 1
        openCount += 1
        return true
    }

    /// A connection to `key` could not be opened.
    package mutating func dialFailed(_ key: Key) { forget(key) }

    /// A call is done with a connection that can serve another one `until` then. A connection to close is forgotten
    /// already.
    package mutating func giveBack(_ connection: Connection, _ key: Key, until: NIODeadline) -> GiveBack {
        guard let waiting = lanes[key]?.idle.count, waiting < limits.idlePerDestination else {
            forget(key)
            return .close
        }
        lanes[key]?.idle.append(Idle(connection: connection, until: until))
        idleCount += 1
        return .keep
    }

    /// A connection is gone or about to go, whether it was in use or waiting. To be said once for each.
    package mutating func closed(_ connection: Connection, _ key: Key) {
        if let index = lanes[key]?.idle.lastIndex(where: { $0.connection === connection }) {
            lanes[key]?.idle.remove(at: index)
            idleCount -= 1
        }
        forget(key)
    }

    /// Takes out all unused connections whose time is over.
    package mutating func expire(at now: NIODeadline) {
        for key in Array(lanes.keys) {
            let old = lanes[key]?.idle.filter { $0.until <= now } ?? []
            lanes[key]?.idle.removeAll { $0.until <= now }
            idleCount -= old.count
            for idle in old {
                expired.append(idle.connection)
                forget(key)
            }
        }
    }

    /// The connections taken out since the last call, forgotten already: they are to be closed.
    package mutating func takeExpired() -> [Connection] {
        guard !expired.isEmpty else { return [] }
        defer { expired = [] }
        return expired
    }

    private mutating func forget(_ key: Key) {
        guard let open = lanes[key]?.open else { return }
        openCount -= 1
        if open == 1 {
            lanes[key] = nil
        } else {
            lanes[key]?.open = open - 1
        }
    }
}
