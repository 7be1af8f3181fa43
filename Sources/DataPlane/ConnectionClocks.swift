// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import Metering
internal import NIOCore

/// How long things may take on one connection, and how many bad keys one address may show.
package struct ConnectionLimits: Sendable {
    /// From the first byte of a head to its last.
    package var head = Duration.seconds(10)
    /// From the first byte of a request to the last of a body that is answered as a whole.
    package var body = Duration.seconds(30)
    /// Between two requests.
    package var idle = Duration.seconds(75)
    /// Without a byte from a lent call's caller, or without its taking one.
    package var stall = Duration.seconds(60)
    /// For what still comes after the last answer.
    package var linger = Duration.seconds(2)

    /// Bad keys of one address in a minute, on one event loop; nil for any number.
    package var badKeysPerMinute: Int? = 120

    /// The limits of product.md.
    package init() {}
}

/// What is going on since when on one connection; times in ticks.
struct ConnectionClocks {
    static let checkEvery = TimeAmount.seconds(1)

    /// When something last came or went.
    private(set) var activity: UInt64 = 0
    /// The same by the calendar: the moment that decisions on what came are made at.
    private(set) var moment = Instant(milliseconds: 0)
    /// Since when an unfinished request is here; 0 for none.
    private(set) var waitingSince: UInt64 = 0
    /// Bytes of an unwanted body thrown away.
    var discarded = 0

    /// Both at once.
    var now: Moment { Moment(at: moment, tick: activity) }

    /// Something came or went.
    mutating func touch() {
        activity = Clock.ticks()
        moment = Clock.now()
    }

    mutating func noteWaiting(_ isWaiting: Bool) {
        if !isWaiting {
            waitingSince = 0
        } else if waitingSince == 0 {
            waitingSince = activity
        }
    }
}

extension Connection {
    /// One timer a connection, re-armed every second: cheaper than one a request.
    func watch(_ context: ChannelHandlerContext) {
        let loop = context.eventLoop.assumeIsolated()
        loop.scheduleTask(in: ConnectionClocks.checkEvery) { [weak self] in
            guard let self, let context = self.context else { return }
            self.check(at: Clock.ticks(), context)
            if self.context != nil { self.watch(context) }
        }
    }

    private func check(at now: UInt64, _ context: ChannelHandlerContext) {
        let limits = state.limits
        let idle = Duration.nanoseconds(now &- clocks.activity)
        let waiting = clocks.waitingSince == 0 ? .zero : Duration.nanoseconds(now &- clocks.waitingSince)
        switch phase {
        case .head where clocks.waitingSince == 0:
            if idle > limits.idle || (!context.channel.isWritable && idle > limits.stall) {
                context.close(promise: nil)
            }
        case .head:
            if waiting > (isWaitingForBody ? limits.body : limits.head) { timeOut() }
        case .chunks, .discard, .parked:
            if waiting > limits.body { timeOut() }
        case .lending(let call, _):
            if call.isWaitingForCaller, idle > limits.stall { call.callerStalled() }
            if !context.channel.isWritable, idle > limits.stall { return context.close(promise: nil) }
            call.checkStanding(at: Clock.now())
        // Whoever works on it has a time limit of his own.
        case .pursuing: break
        case .calls(let session):
            if !context.channel.isWritable, idle > limits.stall { return context.close(promise: nil) }
            checkCalls(session, idle: idle, waiting: waiting, at: now)
        case .lingering:
            if idle > limits.linger { context.close(promise: nil) }
        }
    }

    private func timeOut() {
        end(with: .timeout)
    }
}
