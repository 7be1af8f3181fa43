// SPDX-License-Identifier: Apache-2.0
import Access
import Synchronization

/// Bounds how many calls are made without a key: in all, and from one address, by the minute. A peer on this machine is
/// a gateway, behind which everybody may stand: only the bound for all holds for it.
final class VisitorGate: Sendable {
    private struct Minute {
        var start = Instant(milliseconds: 0)
        var total = 0
        var byNetwork: [IPAddress: Int] = [:]
    }

    /// Calls a minute. As many addresses as calls are remembered, no more.
    static let mostInAll = 600
    static let mostFromOne = 60
    private static let length: Int64 = 60_000

    private let minute = Mutex(Minute())

    /// Counts a call, or refuses it.
    func admit(_ address: IPAddress?, at now: Instant) throws(RequestFault) {
        let isFull = minute.withLock { minute in
            // A clock that was put back begins a minute too.
            let age = now.milliseconds - minute.start.milliseconds
            if !(0..<Self.length).contains(age) { minute = Minute(start: now) }
            guard minute.total < Self.mostInAll else { return true }
            if let address, !address.isLoopback {
                let network = Self.network(address)
                guard minute.byNetwork[network, default: 0] < Self.mostFromOne else { return true }
                minute.byNetwork[network, default: 0] += 1
            }
            minute.total += 1
            return false
        }
        if isFull { throw .tooManyVisitors(retryAfter: Int(Self.length / 1000)) }
    }

    /// An IPv6 address stands for its /64, which one customer has whole.
    private static func network(_ address: IPAddress) -> IPAddress {
        address.isV4 ? address : IPAddress(v6High: address.high, low: 0)
    }
}

extension IPAddress {
    /// 127.0.0.0/8 and ::1.
    fileprivate var isLoopback: Bool {
        if let v4 { return v4 >> 24 == 127 }
        return high == 0 && low == 1
    }
}
