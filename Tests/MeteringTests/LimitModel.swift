// SPDX-License-Identifier: Apache-2.0
import Access

@testable import Metering

/// Limits, told plainly: every unit that was taken stands in a queue with the moment at which it comes back. One
/// comes back an interval after the one before it. There is no theoretical arrival time here.
struct LimitModel {
    private struct Name: Hashable {
        let subject: Subject
        let name: String
        let isInFlight: Bool
    }

    private struct Queue {
        /// When each unit comes back, in ticks, ascending.
        var returns: [UInt64] = []
        var interval: UInt64 = 1
    }

    private var queues: [Name: Queue] = [:]
    private var running: [Name: Int64] = [:]

    private func name(_ limit: Limit, _ payer: Payer) -> Name {
        Name(
            subject: payer.subject(LimitSet([limit]).rules[0]), name: limit.name, isInFlight: limit.measure == .inFlight
        )
    }

    private static func interval(_ limit: Limit) -> UInt64 {
        guard case .rate(let length) = limit.measure else { return 0 }
        let nanoseconds = UInt64(length.milliseconds) * 1_000_000
        return (nanoseconds + UInt64(limit.amount) - 1) / UInt64(limit.amount)
    }

    /// How many units are out.
    private mutating func out(_ limit: Limit, _ payer: Payer, _ tick: UInt64) -> Int64 {
        let name = name(limit, payer)
        guard limit.measure != .inFlight else { return running[name] ?? 0 }
        var queue = queues[name] ?? Queue(interval: Self.interval(limit))
        queue.returns.removeAll { $0 <= tick }
        Self.adopt(limit, &queue, tick)
        queues[name] = queue
        return Int64(queue.returns.count)
    }

    /// Another rule: what the last unit still has to wait is stretched or shortened, and the others stand before it.
    private static func adopt(_ limit: Limit, _ queue: inout Queue, _ tick: UInt64) {
        let interval = interval(limit)
        guard let last = queue.returns.last else { return queue.interval = interval }
        let wait = UInt128(last - tick) * UInt128(interval)
        let stretched = (wait + UInt128(queue.interval) - 1) / UInt128(queue.interval)
        let end = tick + UInt64(min(stretched, UInt128(interval) * UInt128(limit.amount)))
        guard queue.interval != interval || end != last else { return }
        queue.interval = interval
        queue.returns = []
        var moment = end
        while moment > tick {
            queue.returns.insert(moment, at: 0)
            guard moment > interval else { break }
            moment -= interval
        }
    }

    /// Takes `cost` from all, or nothing.
    mutating func charge(_ payer: Payer, _ limits: [Limit], cost: Int64, holding: Bool, tick: UInt64) -> Bool {
        guard admits(payer, limits, cost: cost, holding: holding, tick: tick) else { return false }
        take(payer, limits, cost: cost, holding: holding, tick: tick)
        return true
    }

    /// Whether all have room.
    mutating func admits(_ payer: Payer, _ limits: [Limit], cost: Int64, holding: Bool, tick: UInt64) -> Bool {
        var admits = true
        for limit in limits {
            let out = out(limit, payer, tick)
            let needed = limit.measure == .inFlight ? (holding ? 1 : 0) : cost
            if needed > 0, out + needed > limit.amount { admits = false }
        }
        return admits
    }

    /// Takes from all.
    mutating func take(_ payer: Payer, _ limits: [Limit], cost: Int64, holding: Bool, tick: UInt64) {
        for limit in limits {
            let name = name(limit, payer)
            guard limit.measure != .inFlight else {
                if holding { running[name, default: 0] += 1 }
                continue
            }
            var queue = queues[name] ?? Queue()
            queue.interval = Self.interval(limit)
            for _ in 0..<cost { queue.returns.append(max(tick, queue.returns.last ?? 0) + queue.interval) }
            queues[name] = queue
        }
    }

    /// A call that was in flight has ended.
    mutating func release(_ payer: Payer, _ limits: [Limit]) {
        for limit in limits where limit.measure == .inFlight { running[name(limit, payer), default: 0] -= 1 }
    }

    /// How many units are left.
    mutating func remaining(_ limit: Limit, _ payer: Payer, _ tick: UInt64) -> Int64 {
        max(0, limit.amount - out(limit, payer, tick))
    }
}
