// SPDX-License-Identifier: Apache-2.0
import HeldKeys
import Access
import Egress
import NIOCore
import NIOEmbedded
import Testing

/// A pool whose connections are embedded channels: no sockets, and time passes when the test says so.
final class EmbeddedUpstream {
    let loop = EmbeddedEventLoop()
    let destination: Destination
    private(set) var pool: ConnectionPool
    private let dials: Dials

    /// What the dialer shares with the test. Everything here happens on one thread.
    final class Dials: @unchecked Sendable {
        var channels: [EmbeddedChannel] = []
        var waiting: [Dialer.Completion] = []
        var failure: EgressFailure?
        var isHeld = false
    }

    init(limits: TimeLimits = TimeLimits(), pool poolLimits: PoolLimits = PoolLimits()) throws {
        destination = Destination(origin: Origin(scheme: .http, host: .name("h")))
        let dials = Dials()
        self.dials = dials
        let loop = loop
        let bound = NIOLoopBound(loop, eventLoop: loop)
        let dialer = Dialer { _, _, done in
            if dials.isHeld {
                dials.waiting.append(done)
            } else {
                done(Self.connect(dials, bound.value))
            }
        }
        pool = ConnectionPool(on: loop, dialer: dialer, limits: limits, pool: poolLimits)
    }

    private static func connect(_ dials: Dials, _ loop: EmbeddedEventLoop) -> Result<any Channel, EgressFailure> {
        if let failure = dials.failure { return .failure(failure) }
        let channel = EmbeddedChannel(loop: loop)
        do {
            try channel.connect(to: SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
        } catch {
            return .failure(.unreachable(.connect))
        }
        dials.channels.append(channel)
        return .success(channel)
    }

    /// The connections opened so far, the newest last.
    var channels: [EmbeddedChannel] { dials.channels }

    var failure: EgressFailure? {
        get { dials.failure }
        set { dials.failure = newValue }
    }

    /// Keeps dials waiting until `finishDials`.
    func holdDials() { dials.isHeld = true }

    func finishDials() {
        let waiting = dials.waiting
        dials.waiting = []
        for done in waiting { done(Self.connect(dials, loop)) }
    }

    /// Starts an exchange for a new owner.
    func start(_ request: OutgoingRequest = .get(), owner: RecordingOwner = RecordingOwner()) -> (
        RecordingOwner, Exchange
    ) {
        let exchange = Exchange(to: destination, through: pool, for: owner)
        exchange.start(request)
        return (owner, exchange)
    }

    /// What was written to a connection and not read from here yet.
    func sent(on index: Int = 0) throws -> String {
        var text = ""
        while let piece = try channels[index].readOutbound(as: ByteBuffer.self) { text += String(buffer: piece) }
        return text
    }

    /// The upstream says something.
    func answer(_ text: String, on index: Int = 0) throws {
        try channels[index].writeInbound(ByteBuffer(string: text))
    }

    /// The upstream closes.
    func hangUp(_ index: Int = 0) throws {
        let channel = channels[index]
        try channel.close().wait()
        loop.run()
    }
}
