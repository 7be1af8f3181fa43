// SPDX-License-Identifier: Apache-2.0
internal import Access
internal import NIOCore

/// How long things may take on one connection; times in ticks.
struct ConnectionClocks {
    static let headLimit: UInt64 = 10_000_000_000
    static let bodyLimit: UInt64 = 30_000_000_000
    static let idleLimit: UInt64 = 75_000_000_000
    static let stallLimit: UInt64 = 60_000_000_000
    static let lingerLimit: UInt64 = 2_000_000_000
    static let checkEvery = TimeAmount.seconds(1)

    /// When something last came or went.
    private(set) var activity: UInt64 = 0
    /// The same by the calendar: the moment that decisions on what came are made at.
    private(set) var moment = Instant(milliseconds: 0)
    /// Since when an unfinished request is here; 0 for none.
    private(set) var waitingSince: UInt64 = 0
    /// Bytes of an unwanted body thrown away.
    var discarded = 0

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
        let idle = now &- clocks.activity
        let waiting = clocks.waitingSince == 0 ? 0 : now &- clocks.waitingSince
        switch phase {
        case .head where clocks.waitingSince == 0:
            if idle > ConnectionClocks.idleLimit || (!context.channel.isWritable && idle > ConnectionClocks.stallLimit) {
                context.close(promise: nil)
            }
        case .head:
            if waiting > (isWaitingForBody ? ConnectionClocks.bodyLimit : ConnectionClocks.headLimit) { timeOut() }
        case .chunks, .discard:
            if waiting > ConnectionClocks.bodyLimit { timeOut() }
        case .lending(let call, _):
            if call.isWaitingForCaller, idle > ConnectionClocks.stallLimit { call.callerStalled() }
            if !context.channel.isWritable, idle > ConnectionClocks.stallLimit { context.close(promise: nil) }
        case .lingering:
            if idle > ConnectionClocks.lingerLimit { context.close(promise: nil) }
        }
    }

    private func timeOut() {
        end(with: .timeout)
    }
}
