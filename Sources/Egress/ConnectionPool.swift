// SPDX-License-Identifier: Apache-2.0

package import NIOCore

/// The connections of one event loop to all upstreams. Confined to that loop: to find and to give back a connection is
/// a look-up, never a lock or a hop.
package final class ConnectionPool {
    /// The one loop from which it may be used.
    package let loop: any EventLoop
    let limits: TimeLimits
    private let dialer: Dialer
    private var state: PoolState<Destination, UpstreamConnection>
    private var sweep: Scheduled<Void>?
    private var isClosed = false

    /// A pool without connections. `dialer` may be shared between the pools of all loops.
    package init(
        on loop: any EventLoop, dialer: Dialer, limits: TimeLimits = TimeLimits(), pool: PoolLimits = PoolLimits()
    ) {
        self.loop = loop
        self.dialer = dialer
        self.limits = limits
        state = PoolState(limits: pool)
    }

    /// Connections that are open or being opened.
    package var openCount: Int { state.openCount }
    /// Of these, the ones that wait for a call.
    package var idleCount: Int { state.idleCount }

    /// Closes the unused connections and opens no more; exchanges under way go on, their connections then close.
    package func close() {
        isClosed = true
        sweep?.cancel()
        sweep = nil
        closeIdle(at: .distantFuture)
    }

    /// Finds or opens a connection. `fresh`: one that no call has used.
    func lease(for exchange: Exchange, to destination: Destination, fresh: Bool) {
        guard !isClosed else { return exchange.failed(.unreachable(.closing)) }
        let lease = fresh ? state.leaseFresh(destination) : state.lease(destination, at: loop.now)
        closeExpired()
        switch lease {
        case .reuse(let connection): _ = exchange.leased(connection)
        case .refuse: exchange.failed(.tooManyConnections)
        case .dial: dial(for: exchange, to: destination)
        }
    }

    private func dial(for exchange: Exchange, to destination: Destination) {
        dialer.dial(destination, loop) { result in
            switch result {
            case .failure(let failure):
                self.state.dialFailed(destination)
                exchange.failed(failure)
            case .success(let channel):
                self.connected(channel, for: exchange, to: destination)
            }
        }
    }

    private func connected(_ channel: any Channel, for exchange: Exchange, to destination: Destination) {
        guard channel.isActive, let connection = try? UpstreamConnection(on: channel, to: destination, of: self) else {
            state.dialFailed(destination)
            channel.close(promise: nil)
            return exchange.failed(.unreachable(.connect))
        }
        if !exchange.leased(connection) { connection.giveBack() }
    }

    /// Takes back a connection that can serve another call `until` then, or has it closed.
    func giveBack(
        _ connection: UpstreamConnection, until: NIODeadline
    ) -> PoolState<Destination, UpstreamConnection>.GiveBack {
        guard !isClosed else {
            state.closed(connection, connection.destination)
            return .close
        }
        let answer = state.giveBack(connection, connection.destination, until: until)
        if sweep == nil { scheduleSweep() }
        return answer
    }

    func closed(_ connection: UpstreamConnection) {
        state.closed(connection, connection.destination)
    }

    private func scheduleSweep() {
        sweep = loop.assumeIsolated().scheduleTask(in: Self.sweepInterval) { [weak self] in self?.sweepNow() }
    }

    private func sweepNow() {
        sweep = nil
        closeIdle(at: loop.now)
        if state.idleCount > 0 { scheduleSweep() }
    }

    private func closeIdle(at now: NIODeadline) {
        state.expire(at: now)
        closeExpired()
    }

    private func closeExpired() {
        for connection in state.takeExpired() { connection.closeForgotten() }
    }

    /// An unused connection is closed at most this long after its time; no call gets it in between.
    private static let sweepInterval = TimeAmount.seconds(5)
}
